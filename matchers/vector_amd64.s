#include "textflag.h"

// The instructions are those of AVX2, and POPCNT: vector_amd64.go asks whether the processor has them.

// REPEATED makes a constant of 32 bytes out of eight.
#define REPEATED(name, eight) \
	DATA name<>+0(SB)/8, $eight; \
	DATA name<>+8(SB)/8, $eight; \
	DATA name<>+16(SB)/8, $eight; \
	DATA name<>+24(SB)/8, $eight; \
	GLOBL name<>(SB), RODATA|NOPTR, $32

REPEATED(caseless, 0x2020202020202020)
REPEATED(lastBit, 0x0000001f0000001f)
REPEATED(turnBytes, 0x0020002000200020)

// func stopsAVX2(places *uint16, text *byte, turns int, known *uint32, factor uint32, spread *[256]uint64) (n int)
//
// Eight blocks a turn: fold them, multiply by the factor, fetch the words of the table that the upper 14 bits name, shift the bits
// that the next five name to the front, and write the places of the blocks whose bit is set. What is written behind them counts for
// nothing; the next turn overwrites it.
TEXT ·stopsAVX2(SB), NOSPLIT, $0-56
	MOVQ places+0(FP), DI
	MOVQ text+8(FP), SI
	MOVQ turns+16(FP), CX
	MOVQ known+24(FP), R8
	MOVL factor+32(FP), DX
	MOVQ spread+40(FP), R9
	VMOVD DX, X15
	VPBROADCASTD X15, Y15
	VMOVDQU caseless<>(SB), Y14
	VMOVDQU lastBit<>(SB), Y13
	VMOVDQU turnBytes<>(SB), X12
	VPXOR X11, X11, X11 // where the turn begins, eight times
	XORQ AX, AX
	TESTQ CX, CX
	JZ stopped

turn:
	VPOR (SI), Y14, Y0
	VPMULLD Y15, Y0, Y0
	VPSRLD $13, Y0, Y1
	VPSRLD $18, Y0, Y2
	VPCMPEQD Y3, Y3, Y3
	VPGATHERDD Y3, (R8)(Y2*4), Y4
	VPANDN Y13, Y1, Y1
	VPSLLVD Y1, Y4, Y4
	VMOVMSKPS Y4, DX
	VPMOVZXBW (R9)(DX*8), X5
	VPADDW X11, X5, X5
	VMOVDQU X5, (DI)(AX*2)
	POPCNTL DX, DX
	ADDQ DX, AX
	VPADDW X12, X11, X11
	ADDQ $32, SI
	DECQ CX
	JNZ turn

stopped:
	VZEROUPPER
	MOVQ AX, n+48(FP)
	RET

REPEATED(equals, 0x3d3d3d3d3d3d3d3d)
REPEATED(return, 0x0d0d0d0d0d0d0d0d)
REPEATED(feed, 0x0a0a0a0a0a0a0a0a)
REPEATED(space, 0x2020202020202020)
REPEATED(tab, 0x0909090909090909)
REPEATED(c2, 0xc2c2c2c2c2c2c2c2)
REPEATED(ad, 0xadadadadadadadad)
REPEATED(e2, 0xe2e2e2e2e2e2e2e2)
REPEATED(e3, 0xe3e3e3e3e3e3e3e3)
REPEATED(ef, 0xefefefefefefefef)
REPEATED(even, 0xfefefefefefefefe)
REPEATED(h80, 0x8080808080808080)
REPEATED(h92, 0x9292929292929292)
REPEATED(h9f, 0x0d0d0d0d0d0d0d0d) // 9f less 92
REPEATED(bb, 0xbbbbbbbbbbbbbbbb)
REPEATED(bd, 0x0202020202020202) // bd less bb

// func marksAVX2(marks *uint32, text *byte, groups int)
//
// 32 bytes a turn, and the two behind them. A turn without "=" before a line end, a carriage return and a byte beyond ASCII is told
// by one test.
TEXT ·marksAVX2(SB), NOSPLIT, $0-24
	MOVQ marks+0(FP), DI
	MOVQ text+8(FP), SI
	MOVQ groups+16(FP), CX
	VMOVDQU equals<>(SB), Y15
	VMOVDQU return<>(SB), Y14
	TESTQ CX, CX
	JZ marked

group:
	VMOVDQU (SI), Y0
	VMOVDQU 1(SI), Y1
	VPCMPEQB Y0, Y15, Y2
	VPMINUB Y1, Y14, Y3
	VPCMPEQB Y1, Y3, Y3
	VPAND Y3, Y2, Y2 // "=" and a byte up to \r
	VPCMPEQB Y0, Y14, Y4
	VPOR Y0, Y4, Y5
	VPOR Y2, Y5, Y5
	VPMOVMSKB Y5, DX
	TESTL DX, DX
	JNZ precise

mark:
	MOVL DX, (DI)
	ADDQ $4, DI
	ADDQ $32, SI
	DECQ CX
	JNZ group

marked:
	VZEROUPPER
	RET

precise:
	VMOVDQU 2(SI), Y6

	// \r \n and a space or tab
	VPCMPEQB feed<>(SB), Y1, Y7
	VPAND Y7, Y4, Y4
	VPCMPEQB space<>(SB), Y6, Y7
	VPCMPEQB tab<>(SB), Y6, Y8
	VPOR Y7, Y8, Y7
	VPAND Y7, Y4, Y4
	VPOR Y4, Y2, Y2

	// C2 AD
	VPCMPEQB c2<>(SB), Y0, Y4
	VPCMPEQB ad<>(SB), Y1, Y7
	VPAND Y7, Y4, Y4
	VPOR Y4, Y2, Y2

	// E2, 80 or 81, and a byte that is not from 92 to 9F: those are the quotation marks and dashes of usual text
	VPCMPEQB e2<>(SB), Y0, Y4
	VPAND even<>(SB), Y1, Y7
	VPCMPEQB h80<>(SB), Y7, Y7
	VPAND Y7, Y4, Y4
	VPSUBB h92<>(SB), Y6, Y7
	VPMINUB h9f<>(SB), Y7, Y8
	VPCMPEQB Y7, Y8, Y7
	VPANDN Y4, Y7, Y4
	VPOR Y4, Y2, Y2

	// E3 80
	VPCMPEQB e3<>(SB), Y0, Y4
	VPCMPEQB h80<>(SB), Y1, Y7
	VPAND Y7, Y4, Y4
	VPOR Y4, Y2, Y2

	// EF and a byte from BB to BD
	VPCMPEQB ef<>(SB), Y0, Y4
	VPSUBB bb<>(SB), Y1, Y7
	VPMINUB bd<>(SB), Y7, Y8
	VPCMPEQB Y7, Y8, Y7
	VPAND Y7, Y4, Y4
	VPOR Y4, Y2, Y2
	VPMOVMSKB Y2, DX
	JMP mark

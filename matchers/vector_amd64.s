#include "textflag.h"

// The instructions are those of AVX2, and POPCNT: vector_amd64.go asks whether the processor has them.

// func cpuid(leaf, part uint32) (eax, ebx, ecx, edx uint32)
TEXT ·cpuid(SB), NOSPLIT, $0-24
	MOVL leaf+0(FP), AX
	MOVL part+4(FP), CX
	CPUID
	MOVL AX, eax+8(FP)
	MOVL BX, ebx+12(FP)
	MOVL CX, ecx+16(FP)
	MOVL DX, edx+20(FP)
	RET

// func xgetbv() (eax uint32)
TEXT ·xgetbv(SB), NOSPLIT, $0-4
	XORL CX, CX
	XGETBV
	MOVL AX, eax+0(FP)
	RET

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
// Eight blocks a turn: fold them, multiply by the factor, fetch the words of the table that the upper 14 bits (hashBits less five)
// name, shift the bits that the next five name to the front, and write the places of the blocks whose bit is set. What is written behind them counts for
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

REPEATED(blockFactor, 0x9e3779b19e3779b1)
REPEATED(besideFactor, 0x85ebca6b85ebca6b)
REPEATED(mixFactor, 0xc2b2ae35c2b2ae35)
REPEATED(before, 0x0001000000010000)
REPEATED(twice, 0x0101010101010101)
REPEATED(second, 0x0100010001000100)

// WIDER leaves 1 in out where both bits of the keys in key are set in the second bitmap, at R8, whose word the upper
// 14 bits (widerWords) name; see widerKey and widerBits. It uses Y1 and Y8.
#define WIDER(key, out) \
	VPSRLD $15, key, Y8; \
	VPXOR Y8, key, key; \
	VPMULLD mixFactor<>(SB), key, key; \
	VPSRLD $18, key, Y8; \
	VPCMPEQD Y1, Y1, Y1; \
	VPGATHERDD Y1, (R8)(Y8*4), out; \
	VPSRLD $13, key, Y8; \
	VPAND lastBit<>(SB), Y8, Y8; \
	VPSRLVD Y8, out, Y1; \
	VPSRLD $8, key, Y8; \
	VPAND lastBit<>(SB), Y8, Y8; \
	VPSRLVD Y8, out, out; \
	VPAND Y1, out, out

// func narrowAVX2(places *uint16, text *byte, turns int, wider *uint32, spread *[256]uint64, shorts *uint32, count int) (n int)
//
// Eight places a turn: fetch the eight bytes around each, as two words; put block, last and next together; ask the second bitmap for
// both keys; compare with the short literals; and write those places that remain, over those that were read.
TEXT ·narrowAVX2(SB), NOSPLIT, $0-64
	MOVQ places+0(FP), DI
	MOVQ DI, R10
	MOVQ text+8(FP), SI
	MOVQ turns+16(FP), CX
	MOVQ wider+24(FP), R8
	MOVQ spread+32(FP), R9
	MOVQ shorts+40(FP), R11
	VMOVDQU caseless<>(SB), Y15
	VMOVDQU besideFactor<>(SB), Y14
	XORQ AX, AX
	TESTQ CX, CX
	JZ narrowed

place:
	VPMOVZXWD (DI), Y0
	VPCMPEQD Y1, Y1, Y1
	VPGATHERDD Y1, (SI)(Y0*1), Y2
	VPCMPEQD Y1, Y1, Y1
	VPGATHERDD Y1, 4(SI)(Y0*1), Y3
	VPOR Y15, Y2, Y2
	VPOR Y15, Y3, Y3
	VPSRLD $16, Y2, Y4
	VPSLLD $16, Y3, Y5
	VPOR Y5, Y4, Y4 // the block
	VPSRLD $16, Y3, Y5 // next
	VPSLLD $16, Y2, Y6
	VPSRLD $16, Y6, Y6
	VPOR before<>(SB), Y6, Y6 // last
	VPMULLD blockFactor<>(SB), Y4, Y7
	VPMULLD Y14, Y5, Y5
	VPADDD Y7, Y5, Y5
	VPMULLD Y14, Y6, Y6
	VPADDD Y7, Y6, Y6
	WIDER(Y5, Y9)
	WIDER(Y6, Y10)
	VPOR Y10, Y9, Y9
	VPSLLD $31, Y9, Y9

	// the three bytes from the second of the eight on, from the third, the fourth and the fifth
	VPSRLD $8, Y2, Y2
	VPSRLD $8, Y4, Y5
	VPSLLD $8, Y4, Y4
	VPSRLD $8, Y4, Y4
	VPSLLD $8, Y3, Y3
	VPSRLD $8, Y3, Y3
	MOVQ R11, R12
	MOVQ count+48(FP), R13

short:
	TESTQ R13, R13
	JZ kept
	VPBROADCASTD (R12), Y6
	VPCMPEQD Y6, Y2, Y7
	VPOR Y7, Y9, Y9
	VPCMPEQD Y6, Y4, Y7
	VPOR Y7, Y9, Y9
	VPCMPEQD Y6, Y5, Y7
	VPOR Y7, Y9, Y9
	VPCMPEQD Y6, Y3, Y7
	VPOR Y7, Y9, Y9
	ADDQ $4, R12
	DECQ R13
	JMP short

kept:
	VMOVMSKPS Y9, DX
	VMOVDQU (DI), X1
	VPMOVZXBW (R9)(DX*8), X5 // 4n for the nth place
	VPSRLW $1, X5, X5
	VPMULLW twice<>(SB), X5, X5
	VPADDW second<>(SB), X5, X5 // its bytes: 2n and 2n+1
	VPSHUFB X5, X1, X1
	VMOVDQU X1, (R10)(AX*2)
	POPCNTL DX, DX
	ADDQ DX, AX
	ADDQ $16, DI
	DECQ CX
	JNZ place

narrowed:
	VZEROUPPER
	MOVQ AX, n+56(FP)
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

// func marksAVX2(marks *uint64, text *byte, groups int)
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

REPEATED(comma, 0x2c2c2c2c2c2c2c2c)
REPEATED(hash, 0x2323232323232323)

// func pairsAVX2(text *byte, groups int) (before int)
//
// 32 bytes a turn, and the one behind them.
TEXT ·pairsAVX2(SB), NOSPLIT, $0-24
	MOVQ text+0(FP), SI
	MOVQ groups+8(FP), CX
	VMOVDQU comma<>(SB), Y15
	VMOVDQU hash<>(SB), Y14
	XORQ AX, AX

pairs:
	CMPQ AX, CX
	JGE paired
	VMOVDQU (SI), Y0
	VPCMPEQB Y0, Y15, Y1
	VPCMPEQB Y0, Y14, Y2
	VPOR Y1, Y2, Y1
	VPCMPEQB 1(SI), Y0, Y2
	VPTEST Y1, Y2
	JNZ paired
	ADDQ $32, SI
	INCQ AX
	JMP pairs

paired:
	VZEROUPPER
	MOVQ AX, before+16(FP)
	RET

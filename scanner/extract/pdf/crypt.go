package pdf

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5" //nolint:gosec // the format's own
	"crypto/rc4" //nolint:gosec // the format's own
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"hash"
)

// Encrypted is the error for a file that needs a password: none is tried but the empty one.
type Encrypted struct{}

func (Encrypted) Error() string { return "encrypted: it needs a password" }

// crypt opens strings and streams. Nil opens what is not encrypted. See ISO 32000-2, 7.6.
type crypt struct {
	key     []byte
	strm    method
	str     method
	clear   bool // metadata is not encrypted
	version int
}

type method int

const (
	identity method = iota
	withRC4
	withAES // with a key for each object, or for all of them in version 5
)

// padding fills up short passwords: algorithm 2, step a.
const padding = "\x28\xbf\x4e\x5e\x4e\x75\x8a\x41\x64\x00\x4e\x56\xff\xfa\x01\x08\x2e\x2e\x00\xb6\xd0\x68\x3e\x80\x2f\x0c\xa9\xfe\x64\x53\x69\x7a"

// unlock derives the key from the empty password.
func unlock(f *file, d dict) (*crypt, error) {
	if f.name(d["Filter"]) != "Standard" {
		return nil, Encrypted{}
	}
	c := &crypt{version: int(f.number(d["V"])), strm: withRC4, str: withRC4}
	metadata, said := f.get(d["EncryptMetadata"]).(bool)
	c.clear = said && !metadata
	switch c.version {
	case 1, 2:
	case 4, 5:
		c.strm, c.str = f.method(d, "StmF"), f.method(d, "StrF")
	default:
		return nil, Encrypted{}
	}
	ok := false
	if c.version == 5 {
		c.key, ok = newKey(f, d)
	} else {
		c.key, ok = oldKey(f, d, c)
	}
	if !ok {
		return nil, Encrypted{}
	}
	return c, nil
}

// method is how the crypt filter that key names works.
func (f *file) method(d dict, key name) method {
	filter := f.dict(f.dict(d["CF"])[f.name(d[key])])
	switch f.name(filter["CFM"]) {
	case "V2":
		return withRC4
	case "AESV2", "AESV3":
		return withAES
	}
	return identity
}

func (f *file) bytes(o any) []byte {
	t, _ := f.get(o).(text)
	return []byte(t)
}

// oldKey is algorithms 2, 4 and 5.
func oldKey(f *file, d dict, c *crypt) (key []byte, ok bool) {
	revision := int(f.number(d["R"]))
	size := 5
	if n := int(f.number(d["Length"])); revision >= 3 && n >= 40 && n <= 128 {
		size = n / 8
	}
	if c.version == 4 {
		size = 16
	}
	owner, user := f.bytes(d["O"]), f.bytes(d["U"])
	var id []byte
	if ids := f.array(f.trailer["ID"]); len(ids) > 0 {
		id = f.bytes(ids[0])
	}
	h := md5.New() //nolint:gosec // the format's own
	h.Write([]byte(padding))
	h.Write(owner[:min(32, len(owner))])
	h.Write(binary.LittleEndian.AppendUint32(nil, uint32(int64(f.number(d["P"])))))
	h.Write(id)
	if revision >= 4 && c.clear {
		h.Write([]byte{255, 255, 255, 255})
	}
	key = h.Sum(nil)
	if revision >= 3 {
		for range 50 {
			sum := md5.Sum(key[:size]) //nolint:gosec // the format's own
			key = sum[:]
		}
	}
	key = key[:size]
	if revision < 3 {
		return key, len(user) == 32 && bytes.Equal(user, rc4ed(key, []byte(padding)))
	}
	sum := md5.Sum(append([]byte(padding), id...)) //nolint:gosec // the format's own
	check := sum[:]
	for i := range 20 {
		turned := make([]byte, len(key))
		for j := range key {
			turned[j] = key[j] ^ byte(i)
		}
		check = rc4ed(turned, check)
	}
	return key, len(user) >= 16 && bytes.Equal(user[:16], check)
}

func rc4ed(key, data []byte) []byte {
	out := make([]byte, len(data))
	if c, err := rc4.NewCipher(key); err == nil { //nolint:gosec // the format's own
		c.XORKeyStream(out, data)
	}
	return out
}

// newKey is algorithm 2.A, for the empty user password.
func newKey(f *file, d dict) (key []byte, ok bool) {
	user, wrapped := f.bytes(d["U"]), f.bytes(d["UE"])
	if len(user) < 48 || len(wrapped) < 32 {
		return nil, false
	}
	derive := hardened
	if f.number(d["R"]) == 5 {
		derive = func(salt []byte) []byte { sum := sha256.Sum256(salt); return sum[:] }
	}
	if !bytes.Equal(derive(user[32:40]), user[:32]) {
		return nil, false
	}
	block, err := aes.NewCipher(derive(user[40:48]))
	if err != nil {
		return nil, false
	}
	key = make([]byte, 32)
	cipher.NewCBCDecrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(key, wrapped[:32])
	return key, true
}

// hardened is algorithm 2.B for the empty password.
func hardened(salt []byte) []byte {
	first := sha256.Sum256(salt)
	k := first[:]
	for i := 0; ; i++ {
		e := bytes.Repeat(k, 64)
		block, err := aes.NewCipher(k[:16])
		if err != nil {
			return nil
		}
		cipher.NewCBCEncrypter(block, k[16:32]).CryptBlocks(e, e)
		remainder := 0
		for _, b := range e[:16] {
			remainder += int(b)
		}
		var h hash.Hash
		switch remainder % 3 {
		case 0:
			h = sha256.New()
		case 1:
			h = sha512.New384()
		default:
			h = sha512.New()
		}
		h.Write(e)
		k = h.Sum(nil)
		if i >= 63 && int(e[len(e)-1]) <= i-31 {
			return k[:32]
		}
	}
}

// open decrypts data of the object own.
func (c *crypt) open(m method, data []byte, own ref) []byte {
	if m == identity {
		return data
	}
	key := c.key
	if c.version < 5 {
		n := own.number
		g := own.generation
		key = append(append([]byte(nil), c.key...), byte(n), byte(n>>8), byte(n>>16), byte(g), byte(g>>8))
		if m == withAES {
			key = append(key, "sAlT"...)
		}
		sum := md5.Sum(key) //nolint:gosec // the format's own
		key = sum[:min(len(c.key)+5, 16)]
	}
	if m == withRC4 {
		return rc4ed(key, data)
	}
	return unaes(key, data)
}

// unaes decrypts CBC with the vector in front and the padding behind.
func unaes(key, data []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil || len(data) < 2*aes.BlockSize {
		return nil
	}
	vector, data := data[:aes.BlockSize], data[aes.BlockSize:]
	out := make([]byte, len(data)/aes.BlockSize*aes.BlockSize)
	cipher.NewCBCDecrypter(block, vector).CryptBlocks(out, data[:len(out)])
	if n := int(out[len(out)-1]); n >= 1 && n <= aes.BlockSize {
		out = out[:len(out)-n]
	}
	return out
}

// stream returns the bytes of s without the encryption.
func (c *crypt) stream(s *stream) []byte {
	kind := s.dict["Type"]
	if c == nil || kind == name("XRef") || kind == name("Metadata") && c.clear {
		return s.raw
	}
	if filters, _ := s.dict["Filter"].(array); len(filters) > 0 && filters[0] == name("Crypt") {
		return s.raw // Identity is the only one that is used so
	}
	return c.open(c.strm, s.raw, s.own)
}

// strings returns o with its strings decrypted.
func (c *crypt) strings(o any, own ref) any {
	if c == nil {
		return o
	}
	switch o := o.(type) {
	case text:
		return text(c.open(c.str, []byte(o), own))
	case array:
		for i := range o {
			o[i] = c.strings(o[i], own)
		}
	case dict:
		for k := range o {
			o[k] = c.strings(o[k], own)
		}
	case *stream:
		c.strings(o.dict, own)
	}
	return o
}

// Crosscheck runs merkle.json and checkpoint.json through the Go project's transparency log packages
// (golang.org/x/mod/sumdb), which share nothing with this project. It fails on any disagreement that is
// not listed, and on any listed one that no longer exists.
//
//	apt-get install golang-go golang-golang-x-mod-dev
//	GO111MODULE=off GOPATH=/usr/share/gocode go run crosscheck.go
//
// Not compared: what the Go packages do not have (log policies, the text of a checkpoint, sizes above
// 2^62, consistency with an empty tree).
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Where the Go packages decide otherwise, and why Placet does not follow.
var divergences = map[string]string{
	"junk under the log's own name and id":   "Go rejects the note; here junk never blocks",
	"junk under a witness's own name and id": "Go rejects the note; here junk never blocks",
	"control character: delete":              "Go refuses only characters below U+0020",
	"control character: next line":           "Go refuses only characters below U+0020",
	"signature with set trailing bits":       "Go reads non-canonical base64",
	"time beyond 2^63 - 1":                   "no such limit in the verifier below",
}

type key struct {
	Name      string
	PublicKey string `json:"public_key"`
}

type vector struct {
	Name  string
	Kind  string
	Code  *string
	Input struct {
		LeafHash string `json:"leaf_hash"`
		Index    string
		Size     string
		Root     string
		Size1    string
		Root1    string
		Size2    string
		Root2    string
		Proof    []string
		Note     string
		NoteHex  string `json:"note_hex"`
		Policy   struct {
			Log       key
			Witnesses []key
			Threshold int
		}
	}
}

func main() {
	agree, seen, failed := 0, map[string]bool{}, false
	for _, file := range []string{"merkle.json", "checkpoint.json"} {
		for _, v := range load(file) {
			comparable, err := check(v)
			switch {
			case !comparable:
			case (err == nil) == (v.Code == nil):
				agree++
			case divergences[v.Name] != "":
				seen[v.Name] = true
			default:
				failed = true
				fmt.Printf("%s: Go says %v\n", v.Name, err)
			}
		}
	}
	for name := range divergences {
		if !seen[name] {
			failed = true
			fmt.Printf("%s: listed as a divergence, but there is none\n", name)
		}
	}
	fmt.Printf("%d agree, %d diverge as listed\n", agree, len(seen))
	if failed {
		os.Exit(1)
	}
}

func load(file string) []vector {
	data, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	var content struct{ Cases []vector }
	if err := json.Unmarshal(data, &content); err != nil {
		panic(err)
	}
	return content.Cases
}

func check(v vector) (comparable bool, err error) {
	in := v.Input
	switch v.Kind {
	case "inclusion":
		size, ok1 := integer(in.Size)
		index, ok2 := integer(in.Index)
		if !ok1 || !ok2 {
			return false, nil
		}
		return true, tlog.CheckRecord(hashes(in.Proof), size, hash(in.Root), index, hash(in.LeafHash))
	case "consistency":
		size1, ok1 := integer(in.Size1)
		size2, ok2 := integer(in.Size2)
		if !ok1 || !ok2 || size1 == 0 {
			return false, nil
		}
		return true, tlog.CheckTree(hashes(in.Proof), size2, hash(in.Root2), size1, hash(in.Root1))
	}
	if v.Code != nil {
		for _, prefix := range []string{"log_", "small_order_key", "invalid_public_key", "checkpoint_missing_line", "checkpoint_empty_line",
			"checkpoint_tree_size", "checkpoint_root_hash", "checkpoint_origin_mismatch"} {
			if strings.HasPrefix(*v.Code, prefix) {
				return false, nil
			}
		}
	}
	return true, open(v)
}

// Open asks for the log's signature and the threshold of cosignatures.
func open(v vector) error {
	in := v.Input
	message := []byte(in.Note)
	if in.NoteHex != "" {
		message = unhex(in.NoteHex)
	}
	public := unhex(in.Policy.Log.PublicKey)
	vkey, err := note.NewEd25519VerifierKey(in.Policy.Log.Name, public)
	if err != nil {
		return err
	}
	log, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	if _, err := note.Open(message, note.VerifierList(log)); err != nil {
		return err
	}
	count := 0
	for _, w := range in.Policy.Witnesses {
		if _, err := note.Open(message, note.VerifierList(newWitness(w))); err == nil {
			count++
		} else if invalid := (*note.InvalidSignatureError)(nil); errors.As(err, &invalid) {
			return err
		}
	}
	if count < in.Policy.Threshold {
		return fmt.Errorf("%d witnesses of %d", count, in.Policy.Threshold)
	}
	return nil
}

// A witness verifies cosignature/v1 lines.
type witness struct {
	name   string
	id     uint32
	public ed25519.PublicKey
}

func newWitness(k key) witness {
	public := unhex(k.PublicKey)
	id := sha256.Sum256(append([]byte(k.Name+"\n\x04"), public...))
	return witness{k.Name, binary.BigEndian.Uint32(id[:]), public}
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.id }
func (w witness) Verify(message, signature []byte) bool {
	if len(signature) != 72 {
		return false
	}
	var signed bytes.Buffer
	fmt.Fprintf(&signed, "cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(signature), message)
	return ed25519.Verify(w.public, signed.Bytes(), signature[8:])
}

// The Go packages loop for ever on sizes above 2^62.
func integer(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n <= 1<<62
}

func unhex(text string) []byte {
	data, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return data
}

func hash(text string) tlog.Hash {
	h, err := tlog.ParseHash(base64.StdEncoding.EncodeToString(unhex(text)))
	if err != nil {
		panic(err)
	}
	return h
}

func hashes(texts []string) []tlog.Hash {
	list := []tlog.Hash{}
	for _, text := range texts {
		list = append(list, hash(text))
	}
	return list
}

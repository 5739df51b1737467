package app

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"evict"

	"filippo.io/age"
)

// A Handover gives new passwords to a person: sealed to a key, or shown once. It keeps none anywhere else.
type Handover struct {
	show func(account, password string)
	to   age.Recipient
	file string

	mu   sync.Mutex
	made map[string]given // by step
	list []string         // steps in the order of their passwords
}

// Untaken refuses passwords where nobody would see them; why says what to do about it.
type Untaken struct{ Why string }

// Password refuses.
func (u Untaken) Password(evict.Object, string, string) error { return errors.New(u.Why) }

// Confirmed is never called: no password was taken.
func (u Untaken) Confirmed(evict.Object, string) error { return nil }

type given struct{ account, password string }

// ShowOnce hands each password to show, when the reset was verified and never again.
func ShowOnce(show func(account, password string)) *Handover {
	return &Handover{show: show, made: map[string]given{}}
}

// SealTo writes the passwords to a file that only the holder of the recipient's age key can read. The file is written before a
// password is sent, so that none is lost.
func SealTo(recipient, file string) (*Handover, error) {
	to, err := age.ParseX25519Recipient(strings.TrimSpace(recipient))
	if err != nil {
		return nil, fmt.Errorf("%w: %q is no age recipient (age-keygen prints one, age1…)", ErrUsage, recipient)
	}
	if _, err := os.Stat(file); err == nil {
		return nil, fmt.Errorf("%w: %s exists; passwords are sealed into a new file", ErrUsage, file)
	}
	return &Handover{to: to, file: file, made: map[string]given{}}, nil
}

// Password takes a password before it is sent.
func (h *Handover) Password(account evict.Object, step, password string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.made[step]; !ok {
		h.list = append(h.list, step)
	}
	h.made[step] = given{account.Name, password}
	if h.to == nil {
		return nil
	}
	return h.seal()
}

// Confirmed is told that the step's last password is the account's.
func (h *Handover) Confirmed(account evict.Object, step string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	g, ok := h.made[step]
	if ok && h.show != nil {
		h.show(account.Name, g.password)
		delete(h.made, step)
	}
	return nil
}

// seal writes the whole file anew, under another name first: a crash leaves the old one or the new one.
func (h *Handover) seal() error {
	var b bytes.Buffer
	w, err := age.Encrypt(&b, h.to)
	if err != nil {
		return err
	}
	for _, step := range h.list {
		g := h.made[step]
		fmt.Fprintf(w, "%s\t%s\n", g.account, g.password)
	}
	if err := w.Close(); err != nil {
		return err
	}
	partial := h.file + ".partial"
	f, err := os.OpenFile(partial, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b.Bytes())
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(partial, h.file)
}

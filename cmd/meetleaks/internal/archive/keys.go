package archive

import (
	"errors"
	"fmt"
	"strings"

	"filippo.io/age"
)

// workFactor of passphrases: scrypt with N = 2^18 takes 256 MiB and about a second. Archives that ask for more are not opened.
const workFactor = 18

// MinPassphrase is the least length of a passphrase, in bytes.
const MinPassphrase = 12

// maxKeys bounds recipients and identities.
const maxKeys = 100

// Recipients reads recipients (age1…), one a line; empty lines and those that begin with # are passed over.
func Recipients(text string) ([]age.Recipient, error) {
	recipients, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil {
		return nil, errors.New("no recipients: want lines that begin with age1, as `age-keygen` prints them")
	}
	if len(recipients) > maxKeys {
		return nil, fmt.Errorf("%d recipients, %d at most", len(recipients), maxKeys)
	}
	return recipients, nil
}

// Identities reads identities (AGE-SECRET-KEY-1…), one a line, as `age-keygen` writes them. Its error quotes nothing.
func Identities(text string) ([]age.Identity, error) {
	identities, err := age.ParseIdentities(strings.NewReader(text))
	if err != nil {
		return nil, errors.New("no identities: want lines that begin with AGE-SECRET-KEY-1, as `age-keygen` writes them")
	}
	if len(identities) > maxKeys {
		return nil, fmt.Errorf("%d identities, %d at most", len(identities), maxKeys)
	}
	return identities, nil
}

// Passphrase makes a recipient and an identity of a passphrase of MinPassphrase bytes or more.
func Passphrase(text string) (age.Recipient, age.Identity, error) {
	if len(text) < MinPassphrase {
		return nil, nil, fmt.Errorf("the passphrase has %d bytes, want %d or more", len(text), MinPassphrase)
	}
	recipient, err := age.NewScryptRecipient(text)
	if err != nil {
		return nil, nil, fmt.Errorf("passphrase: %w", err)
	}
	identity, err := age.NewScryptIdentity(text)
	if err != nil {
		return nil, nil, fmt.Errorf("passphrase: %w", err)
	}
	recipient.SetWorkFactor(workFactor)
	identity.SetMaxWorkFactor(workFactor)
	return recipient, identity, nil
}

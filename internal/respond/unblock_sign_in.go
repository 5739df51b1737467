package respond

import (
	"encoding/json"

	"evict"
)

// UnblockSignIn gives an account back. It is no undo of the block: the release
// gate stands before it.
var UnblockSignIn = func() *Action {
	a := *BlockSignIn
	a.ID, a.Phase = "unblock-sign-in", evict.Recover
	a.Title = "Allow sign-in again"
	a.Doc = `The owner can sign in with his new password. Sign-in may fail for up to 40 minutes after it. A synced account is enabled in Active Directory; there this has no lasting effect.
By hand: Microsoft Entra admin center, Users, the user, Edit properties, Settings, Account enabled.`
	a.Shell = "Update-MgUser -UserId {account} -AccountEnabled:$true"
	a.Undo = "sign-in is blocked again"
	a.Noticed = []string{"the owner: he can work again"}
	a.Minutes = 40
	a.Plan = func(before, _ json.RawMessage) (json.RawMessage, error) { return signIn(before, true) }
	a.Warn = nil
	return &a
}()

package respond

import "evict"

// BlockAccount blocks an account that the attacker made. It is kept, as evidence.
var BlockAccount = func() *Action {
	a := *BlockSignIn
	a.ID, a.Phase, a.Procedure = "block-account", evict.Evict, nil
	a.Title = "Block the account that the attacker made"
	a.Doc = `Nobody signs in with it again, and what it holds stays as evidence. Tokens that were handed out live on until they end: revoke-sessions belongs to it. It is
deleted later, by a person. Look first whether somebody honest uses it by now.
By hand: Microsoft Entra admin center, Users, the user, Edit properties, Settings, Account enabled.`
	a.Noticed = []string{"the attacker: his account no longer signs in"}
	return &a
}()

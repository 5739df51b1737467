package respond

import (
	"context"
	"encoding/json"

	"evict"
	"evict/internal/m365"
)

// graphSwitch is an action that sets accountEnabled of one object to false.
func graphSwitch(a Action, get, set string) *Action {
	a.Inspect = func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		var found row
		err := fetch(ctx, r, m365.Call{Op: get, Args: map[string]string{"id": s.Target.ID}, Query: selecting("accountEnabled")}, &found)
		if missing(err) {
			return null, nil
		}
		if err != nil {
			return nil, err
		}
		picked, err := pick(get, found, "accountEnabled")
		if err != nil {
			return nil, err
		}
		return state(picked), nil
	}
	a.Plan = fixed(row{"accountEnabled": false})
	a.Apply = func(ctx context.Context, w Writer, s evict.Step) error {
		_, err := w.Write(ctx, m365.Call{Op: set, Args: map[string]string{"id": s.Target.ID}, Body: s.After})
		return err
	}
	a.Ops, a.Repeatable = []string{get, set}, true
	return &a
}

// DisableApplication switches an application off for the whole tenant.
var DisableApplication = graphSwitch(Action{
	ID: "disable-application", Rev: 1, Phase: evict.Evict,
	Title: "Disable the application in this tenant",
	Doc: `Nobody in the tenant can use the application, and it can't sign in. The plan shows who else used it.
By hand: Microsoft Entra admin center, Enterprise applications, the application, Properties, Enabled for users to sign in.`,
	Shell:   "Update-MgServicePrincipal -ServicePrincipalId {id} -AccountEnabled:$false",
	Noticed: []string{"everybody in the tenant who uses the application"},
	Undo:    "the application is enabled again", Minutes: 60,
}, "get-service-principal", "update-service-principal")

// DisableDevice switches a device off in Entra ID.
var DisableDevice = graphSwitch(Action{
	ID: "disable-device", Rev: 1, Phase: evict.Evict,
	Title: "Disable the device",
	Doc: `The device gets no tokens, and its primary refresh token ends. It is not wiped.
By hand: Microsoft Entra admin center, Devices, the device, Disable.`,
	Shell:   "Update-MgDevice -DeviceId {id} -AccountEnabled:$false",
	Noticed: []string{"who uses the device: it can't sign in"},
	Undo:    "the device is enabled again", Minutes: 60,
}, "get-device", "update-device")

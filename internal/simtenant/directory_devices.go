package simtenant

import (
	"slices"
	"strings"
)

var deviceKind = &kind{name: "device", directory: true,
	props: "id deletedDateTime accountEnabled alternativeSecurityIds approximateLastSignInDateTime complianceExpirationDateTime deviceCategory deviceId deviceMetadata deviceOwnership deviceVersion displayName enrollmentProfileName enrollmentType isCompliant isManaged isManagementRestricted isRooted managementType manufacturer mdmAppId model onPremisesLastSyncDateTime onPremisesSecurityIdentifier onPremisesSyncEnabled operatingSystem operatingSystemVersion physicalIds profileType registrationDateTime systemLabels trustType",
	beta:  "domainName extensionAttributes hostnames kind name platform status"}

const (
	readDevices     = "Device.Read.All Device.ReadWrite.All " + readDirectory
	devicesOfPeople = "Device.Read.All " + readDirectory
)

// devicesTable is what accounts work at.
func devicesTable() []row {
	own := "User.Read.All User.ReadWrite.All " + readDirectory
	return []row{
		{"GET", "/devices", "v1.0 beta", searchedQuery, "", readDevices, devicesOfPeople, collection(deviceKind, listDevices)},
		{"GET", "/devices/{id}", "v1.0 beta", oneQuery, "", readDevices, devicesOfPeople, single(deviceKind, getDevice)},
		{"GET", "/users/{id}/registeredDevices", "v1.0 beta", listedQuery, "", own, own + " User.Read", collection(memberKind, listDevicesOf)},
		{"GET", "/users/{id}/ownedDevices", "v1.0 beta", listedQuery, "", own, own + " User.Read", collection(memberKind, listDevicesOf)},
	}
}

func (d *Device) object() Object {
	return Object{
		"id": d.ID, "deletedDateTime": nil, "deviceId": d.DeviceID, "displayName": d.Name, "operatingSystem": d.OS, "operatingSystemVersion": nil, "trustType": d.Trust, "profileType": "RegisteredDevice", "accountEnabled": d.Enabled,
		"isManaged": d.Managed, "isCompliant": d.Compliant, "registrationDateTime": orNever(d.Registered), "approximateLastSignInDateTime": nil, "onPremisesSyncEnabled": nil, "deviceVersion": 2, "deviceOwnership": nil, "isRooted": nil,
	}
}

// device is one by its object ID, or by deviceId='…'.
func (w *World) device(id string) *Device {
	i := slices.IndexFunc(w.Devices, func(d *Device) bool {
		return strings.EqualFold(d.ID, id) || strings.EqualFold("deviceId='"+d.DeviceID+"'", id)
	})
	if i < 0 {
		return nil
	}
	return w.Devices[i]
}

func (c *call) ofDevice() (*Device, error) {
	if d := c.world.device(c.args["id"]); d != nil {
		return d, nil
	}
	return nil, noObject(c.args["id"])
}

func listDevices(c *call) ([]Object, error) {
	out := []Object{}
	for _, d := range c.world.Devices {
		out = append(out, d.object())
	}
	return out, nil
}

func getDevice(c *call) (Object, error) {
	d, err := c.ofDevice()
	if err != nil {
		return nil, err
	}
	return d.object(), nil
}

// listDevicesOf: whoever registers a device here owns it.
func listDevicesOf(c *call) ([]Object, error) {
	u, err := c.ofUser()
	if err != nil {
		return nil, err
	}
	out := []Object{}
	for _, d := range c.world.Devices {
		if strings.EqualFold(d.Owner, u.ID) {
			out = append(out, typed("device", d.object()))
		}
	}
	return out, nil
}

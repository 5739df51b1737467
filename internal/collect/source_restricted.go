package collect

// restricted reads who is barred from sending. There is no Graph call for it.
func (r *run) restricted() []*ask {
	x := present("restricted-senders", nil, "", cmdlet("exchange:Get-BlockedSenderAddress", nil, nil))
	x.absent = "nobody is barred from sending"
	return []*ask{x}
}

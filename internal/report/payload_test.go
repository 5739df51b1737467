package report

import "strings"

// payloads are about a thousand texts that try to become markup, script or a
// request. %URL% stands for an address that a test listens on; pwn() sets a
// mark on the page.
func payloads() []string {
	acts := []string{
		`<script>pwn()</script>`, `<img src=%URL% onerror=pwn()>`, `<svg onload=pwn()>`, `<svg><script href=%URL%></script></svg>`,
		`<iframe src="javascript:pwn()"></iframe>`, `<iframe srcdoc="<script>parent.pwn()</script>"></iframe>`, `<object data=%URL%></object>`,
		`<embed src=%URL%>`, `<link rel=stylesheet href=%URL%>`, `<style>@import url(%URL%);*{background:url(%URL%)}</style>`, `<base href=%URL%>`,
		`<meta http-equiv=refresh content="0;url=%URL%">`, `<form action=%URL%><input autofocus onfocus=pwn()>`, `<a href="javascript:pwn()">x</a>`,
		`<a href="%URL%" ping="%URL%">x</a>`, `<details open ontoggle=pwn()>`, `<video src=%URL% autoplay onerror=pwn()>`, `<body onload=pwn()>`,
		`<math><mtext><table><mglyph><style><img src=x onerror=pwn()>`, `<template><script>pwn()</script></template>`, `<noscript><img src=%URL%></noscript>`,
		`<input type=image src=%URL%>`, `<table background=%URL%>`, `<div style="background:url(%URL%)">`, `<marquee onstart=pwn()>`,
		`{{constructor.constructor('pwn()')()}}`, `${pwn()}`, `<%= pwn() %>`, `javascript:pwn()`, `data:text/html,<script>pwn()</script>`,
		`![x](%URL%)`, `[x](javascript:pwn())`, `[x](%URL% "t")`, `![x][r]` + "\n\n[r]: %URL%", `<%URL%>`, `%URL%`, `www.evil.example/%URL%`,
		"`</code><script>pwn()</script>`", "| a | b |\n| --- | --- |\n| <script>pwn()</script> |", "# h\n\n- x\n\n    code", "***\n---\n===", `&lt;script&gt;pwn()&lt;/script&gt;`,
		`&#60;script&#62;pwn()&#60;/script&#62;`, `\<script>pwn()\</script>`, `\![x](%URL%)`, `]]><script>pwn()</script>`, `http://evil.example`, `HTTPS://evil.example`,
	}
	var out []string
	for _, a := range acts {
		for _, in := range []string{
			"%", `"%`, `'%`, `">%`, `'>%`, `"'>%`, "`%", `--><!-- --!>%`, `<!--%`, `</script>%`, `</style>%`, `</title>%`, `</textarea>%`, `</svg>%`, `</bdi></td></tr></table>%`,
			`" onmouseover=pwn() x="%`, "\n%", "\x00%", "a\u2028%", "<\x00%", "\u202e%", "1. %", "- %", "    %", `\%`,
		} {
			out = append(out, strings.ReplaceAll(in, "%", strings.ReplaceAll(a, "%URL%", "\x01"))) // the address has no percent sign left
		}
	}
	return out
}

// withAddress fills in the address that a payload tries to reach.
func withAddress(payload, address string) string { return strings.ReplaceAll(payload, "\x01", address) }

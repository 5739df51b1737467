package modules

import "testing"

func TestIdentify(t *testing.T) {
	for text, want := range map[string]string{
		"Apache License\n   Version 2.0, January 2004":                                                                           "Apache-2.0",
		"Permission is hereby granted, free of charge,\nto any person obtaining a copy":                                          "MIT",
		"Redistribution and use in source and\nbinary forms ... Neither the name of Contoso":                                     "BSD-3-Clause",
		"Redistribution and use in source and binary forms, with or without":                                                     "BSD-2-Clause",
		"Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted": "ISC",
		"GNU GENERAL PUBLIC LICENSE Version 3":                                                                                   "",
		"All rights reserved.":                                                                                                   "",
	} {
		if got := Identify(text); got != want {
			t.Errorf("Identify(%q) = %q, want %q", text, got, want)
		}
	}
}

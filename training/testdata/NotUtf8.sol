// SPDX-License-Identifier: MIT
contract NotUtf8 { string s = "ÿþ"; }

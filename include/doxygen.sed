# SPDX-License-Identifier: LGPL-2.1-or-later
# gtk-doc comments as Doxygen takes them.
s/^\/\*\* [A-Za-z_]+:$/\/**/
/^\/\*\*/,/\*\//{
s/^ \* [A-Za-z_0-9]+:$/ */
s/^\/\*\* [A-Za-z_0-9]+: */\/** /
s/@(DERMA_[A-Z0-9_]+): */- \\c \1: /
s/@([a-z_0-9]+): */\\param \1 /g
s/\bReturns: */\\return /
s/%([A-Z][A-Z0-9_]+)/#\1/g
s/@([a-z_0-9]+)/\\p \1/g
}

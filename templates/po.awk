# Reads po files (GNU gettext's format); for awk -f po.awk -f PROGRAM. After
# read_po(FILE) the translation of ID is in text[ID], that of ID within the context
# CTXT in text[CTXT "|" ID]. Where ID has a plural its forms are in text[… , N], N from
# 0, and plural[…] is the English one. contexts[CTXT] is the ID of CTXT. Entries without
# a translation, and fuzzy ones, are left out; obsolete ones (#~) are comments.

# The text of a po file's quoted string.
function unquote(s) {
    sub(/^[^"]*"/, "", s)
    sub(/"[ \t]*$/, "", s)
    gsub(/\\n/, "\n", s)
    gsub(/\\"/, "\"", s)
    gsub(/\\\\/, "\\", s)
    return s
}

function keep(    name, n) {
    name = ctxt == "" ? id : ctxt "|" id
    if (id != "" && str[0] != "" && !fuzzy) {
        text[name] = str[0]
        for (n = 0; n in str; n++)
            text[name, n] = str[n]
        if (id_plural != "")
            plural[name] = id_plural
        if (ctxt != "")
            contexts[ctxt] = id
    }
    ctxt = id = id_plural = where = ""
    fuzzy = 0
    split("", str)
}

function read_po(file,    line, got) {
    keep()
    while ((got = (getline line < file)) > 0) {
        if (line ~ /^#,.*fuzzy/) {
            keep()
            fuzzy = 1
        } else if (line ~ /^msgctxt[ \t]/) {
            if (where != "")
                keep()
            where = "ctxt"
            ctxt = unquote(line)
        } else if (line ~ /^msgid[ \t]/) {
            if (where != "" && where != "ctxt")
                keep()
            where = "id"
            id = unquote(line)
        } else if (line ~ /^msgid_plural[ \t]/) {
            where = "plural"
            id_plural = unquote(line)
        } else if (line ~ /^msgstr(\[[0-9]\])?[ \t]/) {
            where = line ~ /^msgstr\[/ ? substr(line, 8, 1) + 0 : 0
            str[where] = unquote(line)
        } else if (line ~ /^"/) {
            if (where == "ctxt")
                ctxt = ctxt unquote(line)
            else if (where == "id")
                id = id unquote(line)
            else if (where == "plural")
                id_plural = id_plural unquote(line)
            else
                str[where] = str[where] unquote(line)
        }
    }
    if (got < 0) {
        printf "%s: cannot be read\n", file > "/dev/stderr"
        failed = 1
        exit 1
    }
    keep()
    close(file)
}

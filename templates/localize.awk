# Turns a template into one for a language: awk -v lang=xx -v po=FILE
# -v static=NAMES -f po.awk -f localize.awk TEMPLATE. Text for people stands in templates as
# [[English text]], on one line. Each is replaced by its msgstr from the po file, or
# by itself when there is no po file (English) or no translation. @LANG@ becomes the
# language, @STATIC:NAME@ the address of a static file, whose name to use is in the
# file NAMES (see name-static). Markers that do not match, static files that are not
# there, and texts that a po file translates with another set of {{...}}, stop the
# build.

function fail(message) {
    printf "%s:%d: %s\n", FILENAME, FNR, message > "/dev/stderr"
    failed = 1
    exit 1
}

function read_names(file,    line, part, got) {
    while ((got = (getline line < file)) > 0) {
        split(line, part, " ")
        named[part[1]] = part[2]
    }
    if (got < 0) {
        printf "%s: cannot be read\n", file > "/dev/stderr"
        failed = 1
        exit 1
    }
    close(file)
}

# LINE with the addresses of static files in it.
function name_static(line,    name) {
    while (match(line, /@STATIC:[^@]*@/)) {
        name = substr(line, RSTART + 8, RLENGTH - 9)
        if (!(name in named))
            fail("no static file: " name)
        line = substr(line, 1, RSTART - 1) "/static/" named[name] \
            substr(line, RSTART + RLENGTH)
    }
    return line
}

# The {{...}} of S, in order.
function markers(s,    all) {
    all = ""
    while (match(s, /\{\{[^}]*\}\}/)) {
        all = all substr(s, RSTART, RLENGTH)
        s = substr(s, RSTART + RLENGTH)
    }
    return all
}

function translate(english) {
    if (english == "")
        fail("an empty text")
    if (!(english in text))
        return english
    if (markers(english) != markers(text[english]))
        fail("other values in the translation of: " english)
    return text[english]
}

BEGIN {
    if (lang == "")
        lang = "en"
    if (po != "")
        read_po(po)
    if (static != "")
        read_names(static)
}

{
    rest = $0
    line = ""
    while ((at = index(rest, "[[")) > 0) {
        line = line substr(rest, 1, at - 1)
        rest = substr(rest, at + 2)
        end = index(rest, "]]")
        if (index(line, "]]") > 0)
            fail("]] without [[")
        if (end == 0)
            fail("[[ without ]] on the same line")
        inside = substr(rest, 1, end - 1)
        if (index(inside, "[[") > 0)
            fail("[[ inside a text")
        line = line translate(inside)
        rest = substr(rest, end + 2)
    }
    if (index(rest, "]]") > 0)
        fail("]] without [[")
    line = line rest
    gsub(/@LANG@/, lang, line)
    print name_static(line)
}

END { exit failed }

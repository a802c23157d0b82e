# Collects all texts for people: awk -f extract.awk text.def reason.def TEMPLATE...,
# prints a
# gettext template (.pot), which msgmerge brings into the po files: "make update-po".
# Texts of .def files have their key as context, and may go over several lines.

# A text that was met before gets one entry.
function add(where, context, id, id_plural,    name) {
    name = context "|" id
    if (!(name in places)) {
        order[++count] = name
        contexts[name] = context
        ids[name] = id
        plurals[name] = id_plural
    }
    if (index(places[name] " ", " " where " ") == 0)
        places[name] = places[name] " " where
}

function escape(s) {
    gsub(/\\/, "\\\\", s)
    gsub(/"/, "\\\"", s)
    return s
}

# The first C string in S, as it is between its quotes; RSTART and RLENGTH tell where.
function take_string(s) {
    if (!match(s, /"([^"\\]|\\.)*"/))
        return ""
    return substr(s, RSTART + 1, RLENGTH - 2)
}

FNR == 1 {
    name = FILENAME
    sub(/.*\//, "", name)
}

FILENAME ~ /\.def$/ {
    if ($0 ~ /^(TEXT(_N)?|REASON)\(/)
        entry = ""
    else if (entry == "")
        next
    entry = entry $0
    if ($0 !~ /\)[ \t]*$/)
        next
    key = entry
    sub(/^TEXT(_N)?\(/, "", key)
    sub(/^REASON\(/, "REASON_", key)
    sub(/,.*/, "", key)
    rest = substr(entry, index(entry, ",") + 1)
    one = take_string(rest)
    many = ""
    if (entry ~ /^TEXT_N/)
        many = take_string(substr(rest, RSTART + RLENGTH))
    add(name, key, one, many)
    entry = ""
    next
}

{
    rest = $0
    while ((at = index(rest, "[[")) > 0) {
        rest = substr(rest, at + 2)
        end = index(rest, "]]")
        add(name, "", escape(substr(rest, 1, end - 1)), "")
        rest = substr(rest, end + 2)
    }
}

END {
    print "msgid \"\""
    print "msgstr \"\""
    print "\"Content-Type: text/plain; charset=UTF-8\\n\""
    for (i = 1; i <= count; i++) {
        name = order[i]
        print "\n#:" places[name]
        if (contexts[name] != "")
            print "msgctxt \"" contexts[name] "\""
        print "msgid \"" ids[name] "\""
        if (plurals[name] == "") {
            print "msgstr \"\""
        } else {
            print "msgid_plural \"" plurals[name] "\""
            print "msgstr[0] \"\"\nmsgstr[1] \"\""
        }
    }
}

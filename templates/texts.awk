# The program's texts in a language, as C: awk -v po=FILE -f po.awk -f texts.awk
# text.def reason.def. Each translated entry of the po file whose context is a key there
# becomes a line TEXT_IN(KEY, "English", "form 0", "form 1", …), see fcgi/text.c.

function quote(s) {
    gsub(/\\/, "\\\\", s)
    gsub(/"/, "\\\"", s)
    gsub(/\n/, "\\n", s)
    return "\"" s "\""
}

/^(TEXT(_N)?|REASON)\(/ {
    key = $0
    sub(/^TEXT(_N)?\(/, "", key)
    sub(/^REASON\(/, "REASON_", key)
    sub(/,.*/, "", key)
    known[key] = 1
}

END {
    read_po(po)
    for (key in contexts) {
        if (!(key in known))
            continue
        name = key "|" contexts[key]
        line = "TEXT_IN(" key ", " quote(contexts[key])
        for (n = 0; (name, n) in text; n++)
            line = line ", " quote(text[name, n])
        print line ")" | "LC_ALL=C sort"
    }
    close("LC_ALL=C sort")
}

# Turns the SQL files named on the command line, in that order, into C.
BEGIN {
    print "/* Generated from conf/schema by common/embed_schema.awk. */"
    print "#include \"common/schema.h\"\n"
    print "const char *const schema_migrations[] = {"
}
FNR == 1 && NR > 1 { print "    ," }
{
    gsub(/\\/, "\\\\")
    gsub(/"/, "\\\"")
    printf "    \"%s\\n\"\n", $0
    if (FNR == 1)
        files++
}
END {
    print "};\n"
    printf "const int schema_version = %d;\n", files
}

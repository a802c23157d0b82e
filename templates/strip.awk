# Leaves out of a style sheet or a script what is for those who read the source: lines
# that are nothing but a comment, and blank ones. What stands in a line with code stays,
# and so does the rest, byte for byte.
inside { if (/\*\/[ \t]*$/) inside = 0; next }
/^[ \t]*\/\*/ && (!/\*\// || /\*\/[ \t]*$/) { inside = !/\*\//; next }
/^[ \t]*\/\// || /^[ \t]*$/ { next }
{ print }

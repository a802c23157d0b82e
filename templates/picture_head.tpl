{{%AUTOESCAPE context="XML"}}
<svg xmlns="http://www.w3.org/2000/svg" width="{{WIDTH}}" height="{{HEIGHT}}" viewBox="0 0 {{WIDTH}} {{HEIGHT}}" role="img" aria-labelledby="title description" lang="@LANG@">
<title id="title">{{TITLE}}</title>
<desc id="description">{{DESCRIPTION}}</desc>
<style>
svg {
  --paper: #fffefb; --ink: #1d1f21; --soft: #63615b; --line: #e2ddd2; --accent: #0e6267;
  --tint: #e3efec; --strong: #a3282c;
  font: 17px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  svg {
    --paper: #1c2022; --ink: #e9e5dc; --soft: #a19d93; --line: #31373a; --accent: #6fc9c4;
    --tint: #22383a; --strong: #f19a94;
  }
}
.paper { fill: var(--paper); }
text { fill: var(--ink); }
.digit { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; text-anchor: middle; }
.soft { fill: var(--soft); }
.grid { stroke: var(--line); fill: none; }
.axis { stroke: var(--soft); fill: none; }
.end { text-anchor: end; }
.middle { text-anchor: middle; }
.narrow { display: none; }
/* The width is that of the picture on its page. Text stays ten pixels high and more, also
   where the picture is less than half as wide as it is drawn. */
@media (max-width: 520px) {
  svg { font-size: 23px; }
  .wide { display: none; }
  .narrow { display: inline; }
}
@media (max-width: 330px) {
  svg { font-size: 27px; }
}
.dark { --digit: #501d7a; }
{{#DECIMAL}}
.d0 { --digit: #501d7a; }
.d1 { --digit: #423b9a; }
.d2 { --digit: #185aae; }
.d3 { --digit: #0076a3; }
.d4 { --digit: #008e9e; }
.d5 { --digit: #00a599; }
.d6 { --digit: #1dbd83; }
.d7 { --digit: #81c866; }
.d8 { --digit: #c4cf50; }
.d9 { --digit: #fed252; }
{{/DECIMAL}}
{{#HEXADECIMAL}}
.d0 { --digit: #501d7a; }
.d1 { --digit: #4a2f8f; }
.d2 { --digit: #3d419f; }
.d3 { --digit: #2653ab; }
.d4 { --digit: #0066aa; }
.d5 { --digit: #0076a3; }
.d6 { --digit: #04849f; }
.d7 { --digit: #06929e; }
.d8 { --digit: #00a09a; }
.d9 { --digit: #00ae93; }
.da { --digit: #1dbd83; }
.db { --digit: #62c472; }
.dc { --digit: #8fca61; }
.dd { --digit: #b8ce53; }
.de { --digit: #dcd14d; }
.df { --digit: #fed252; }
{{/HEXADECIMAL}}
</style>
<rect class="paper" width="{{WIDTH}}" height="{{HEIGHT}}"/>

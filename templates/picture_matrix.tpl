{{%AUTOESCAPE context="XML"}}
{{>PICTURE_HEAD}}
<style>
.squares { fill: none; stroke: var(--digit); shape-rendering: crispEdges; }
.swatch { fill: var(--digit); }
.on-dark { fill: #ffffff; }
.on-bright { fill: #10201f; }
.swatch-name { font-size: max(19px, 1em); text-anchor: start; }
@media (max-width: 520px) {
  g[font-size="14"] { font-size: 1em; }
}
</style>
<g transform="scale({{SCALE}})">
{{#SQUARES}}<path class="squares d{{DIGIT}}" d="{{PATH}}"/>
{{/SQUARES}}
</g>
<g class="digit" font-size="{{SIZE}}">
{{#ON_DARK}}<text class="on-dark" y="{{Y}}" dy=".35em" x="{{X}}">{{DIGITS}}</text>
{{/ON_DARK}}
{{#ON_BRIGHT}}<text class="on-bright" y="{{Y}}" dy=".35em" x="{{X}}">{{DIGITS}}</text>
{{/ON_BRIGHT}}
</g>
{{#LEGEND}}<rect class="swatch d{{DIGIT}}" x="{{X}}" y="690" width="20" height="20"/><text class="digit swatch-name" x="{{X2}}" y="707">{{DIGIT}}</text>
{{/LEGEND}}
</svg>

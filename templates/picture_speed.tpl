{{%AUTOESCAPE context="XML"}}
{{>PICTURE_HEAD}}
<style>
.series { fill: none; stroke-width: 2; }
.shape { fill: var(--paper); stroke-width: 2; }
.shape.s0, .series.s0 { stroke: var(--accent); }
.shape.s1, .series.s1 { stroke: #3b82c4; }
.shape.s2, .series.s2 { stroke: #b7791f; }
.shape.s3, .series.s3 { stroke: #b05aa5; }
.series.s0 { marker: url(#s0); }
.series.s1 { marker: url(#s1); stroke-dasharray: 7 3; }
.series.s2 { marker: url(#s2); stroke-dasharray: 2 3; }
.series.s3 { marker: url(#s3); stroke-dasharray: 9 3 2 3; }
.small { font-size: 15px; }
@media (max-width: 520px) {
  .small { font-size: 1em; }
  .odd { display: none; }
  .plot { transform: translate(696px) scale(.947, 1) translate(-696px); }
  .tick { transform: translate(32px, -4px); }
  .column { transform: translate(0, 3px); }
  .below { transform: translate(0, 1px); }
}
</style>
<defs>
<marker id="s0" viewBox="-8 -8 16 16" markerWidth="16" markerHeight="16" markerUnits="userSpaceOnUse"><circle class="shape s0" r="4.4"/></marker>
<marker id="s1" viewBox="-8 -8 16 16" markerWidth="16" markerHeight="16" markerUnits="userSpaceOnUse"><path class="shape s1" d="M-4-4h8v8h-8z"/></marker>
<marker id="s2" viewBox="-8 -8 16 16" markerWidth="16" markerHeight="16" markerUnits="userSpaceOnUse"><path class="shape s2" d="M0-5L4.8 3.8h-9.6z"/></marker>
<marker id="s3" viewBox="-8 -8 16 16" markerWidth="16" markerHeight="16" markerUnits="userSpaceOnUse"><path class="shape s3" d="M0-5.4L5.4 0 0 5.4-5.4 0z"/></marker>
</defs>
{{#EMPTY_ALL}}<text class="soft middle" x="360" y="230">[[Nothing was computed on this site yet.]]</text>{{/EMPTY_ALL}}
{{#CHART}}
<g class="plot">
{{#COLUMN}}<path class="grid" d="M{{X}} 70V404"/><text class="soft middle column{{#ODD}} odd{{/ODD}}" x="{{X}}" y="428">10<tspan class="small" dy="-9">{{POWER}}</tspan></text>
{{/COLUMN}}
{{#LINE}}<path class="grid" d="M92 {{Y}}H696"/>
{{/LINE}}
<path class="axis" d="M92 70V404H696"/>
{{#SERIES}}<path class="series s{{KIND}}" d="{{PATH}}"/>
{{/SERIES}}
</g>
{{#LINE}}<text class="soft end tick" x="84" y="{{Y}}" dy=".35em">{{LABEL}}</text>
{{/LINE}}
<text class="soft middle below" x="390" y="454">[[position]]</text>
{{#SERIES}}<path class="series s{{KIND}}" d="M0 0h22h22" transform="translate({{X}} {{Y}})"/><text class="wide" x="{{X}}" y="{{Y}}" dx="60" dy=".35em">{{NAME}}, [[radix]] {{RADIX}}</text><text class="narrow" x="{{X}}" y="{{Y}}" dx="60" dy=".35em">{{NAME}}, {{RADIX}}</text>
{{/SERIES}}
{{/CHART}}
</svg>

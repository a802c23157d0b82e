{{%AUTOESCAPE context="XML"}}
{{>PICTURE_HEAD}}
<style>
.series { fill: none; stroke-width: 1.8; }
.series.s0, .shape.s0 { stroke: var(--accent); }
.series.s1, .shape.s1 { stroke: #3b82c4; stroke-dasharray: 7 3; }
.series.s2, .shape.s2 { stroke: #b7791f; stroke-dasharray: 2 3; }
.series.s3, .shape.s3 { stroke: #a05195; stroke-dasharray: 9 3 2 3; }
.shape { fill: var(--paper); stroke-width: 1.8; stroke-dasharray: none; }
.s0 { marker: url(#s0); }
.s1 { marker: url(#s1); }
.s2 { marker: url(#s2); }
.s3 { marker: url(#s3); }
.shape { marker: none; }
.small { font-size: 10px; }
</style>
<defs>
<marker id="s0" viewBox="-6 -6 12 12" markerWidth="12" markerHeight="12" markerUnits="userSpaceOnUse"><circle class="shape s0" r="3.6"/></marker>
<marker id="s1" viewBox="-6 -6 12 12" markerWidth="12" markerHeight="12" markerUnits="userSpaceOnUse"><path class="shape s1" d="M-3.4-3.4h6.8v6.8h-6.8z"/></marker>
<marker id="s2" viewBox="-6 -6 12 12" markerWidth="12" markerHeight="12" markerUnits="userSpaceOnUse"><path class="shape s2" d="M0-4.2L4 3.2h-8z"/></marker>
<marker id="s3" viewBox="-6 -6 12 12" markerWidth="12" markerHeight="12" markerUnits="userSpaceOnUse"><path class="shape s3" d="M0-4.6L4.6 0 0 4.6-4.6 0z"/></marker>
</defs>
{{#EMPTY_ALL}}<text class="soft middle" x="360" y="230">[[Nothing was computed on this site yet.]]</text>{{/EMPTY_ALL}}
{{#CHART}}
{{#COLUMN}}<path class="grid" d="M{{X}} 58V404"/><text class="soft middle" x="{{X}}" y="424">10<tspan class="small" dy="-5">{{POWER}}</tspan></text>
{{/COLUMN}}
{{#LINE}}<path class="grid" d="M84 {{Y}}H696"/><text class="soft end" x="76" y="{{Y}}" dy=".35em">{{LABEL}}</text>
{{/LINE}}
<path class="axis" d="M84 58V404H696"/>
<text class="soft middle" x="390" y="450">[[position]]</text>
{{#SERIES}}<path class="series s{{KIND}}" d="{{PATH}}"/><path class="series s{{KIND}}" d="M0 0h17h17" transform="translate({{X}} {{Y}})"/><text x="{{X}}" y="{{Y}}" dx="46" dy=".35em">{{NAME}}, [[radix]] {{RADIX}}</text>
{{/SERIES}}
{{/CHART}}
</svg>

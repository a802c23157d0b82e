{{%AUTOESCAPE context="HTML"}}
{{>HEAD}}
{{>ABSENT}}
<h1 class="hidden">[[The n-th digit of π]]</h1>
{{>FORM}}
{{#FOCUS}}
<noscript><p class="hint">[[This page does not reload while you fill in the form.]] <a href="/">[[Back to the list]]</a></p></noscript>
{{/FOCUS}}
<div class="filters">
<nav class="narrowing" aria-label="[[Which computations, in which order]]">
<ul>
{{#STATUS_LINK}}<li><a href="{{HREF}}"{{#CURRENT}} aria-current="true"{{/CURRENT}}>{{LABEL}}{{#COUNTED}} <span class="count" data-count="{{STATUS}}">{{COUNT}}</span>{{/COUNTED}}</a>
{{/STATUS_LINK}}
</ul>
<ul>
{{#RADIX_LINK}}<li><a href="{{HREF}}"{{#CURRENT}} aria-current="true"{{/CURRENT}}>{{LABEL}}</a>
{{/RADIX_LINK}}
</ul>
<ul>
{{#ALGORITHM_LINK}}<li><a href="{{HREF}}"{{#CURRENT}} aria-current="true"{{/CURRENT}}>{{LABEL}}</a>
{{/ALGORITHM_LINK}}
</ul>
<ul>
{{#SORT_LINK}}<li><a href="{{HREF}}"{{#CURRENT}} aria-current="true"{{/CURRENT}}>{{LABEL}}</a>
{{/SORT_LINK}}
</ul>
</nav>
<form class="find typed" action="/" role="search">
{{#KEEP}}<input type="hidden" name="{{NAME}}" value="{{VALUE}}">{{/KEEP}}
<label for="where" class="hidden">[[Show computations of the position]]</label>
<input id="where" name="position" value="{{POSITION}}" inputmode="numeric" autocomplete="off" placeholder="[[position]]"{{#BAD_SOUGHT}} aria-invalid="true" aria-describedby="where-error" autofocus{{/BAD_SOUGHT}}>
<button>[[Find]]</button>{{#WHERE}} <a href="{{HREF}}">[[any position]]</a>{{/WHERE}}{{#BAD_SOUGHT}}<p class="error" id="where-error" data-field="position">{{MESSAGE}}</p>{{/BAD_SOUGHT}}
</form>
</div>
{{#TOLD}}<div role="status"><ul class="told" tabindex="-1" autofocus>
{{#ITEM}}<li>{{MESSAGE}}</li>
{{/ITEM}}</ul></div>
{{/TOLD}}{{#REFRESH}}<noscript><p class="several"><a href="{{HREF}}">[[Choose several]]</a></p></noscript>
{{/REFRESH}}<form id="bulk" class="list" method="post" action="{{BULK_URL}}">
<input type="hidden" name="csrf" value="{{CSRF}}">
<p class="bulk typed"><span id="picked" data-text="[[Selected: {n}]]">[[Selected:]]</span> <button name="action" value="cancel">[[Cancel]]</button> <button name="action" value="retry">[[Retry]]</button> <button name="action" value="delete">[[Delete]]</button></p>
<table id="computations" data-live="{{LIVE_URL}}" data-revision="{{REVISION}}"{{#ORDERED}} data-ordered="1"{{/ORDERED}}{{#PINNED}} data-pinned="{{ID}}"{{/PINNED}}>
<caption class="hidden">[[Computations]]</caption>
<thead>
<tr><th scope="col" class="position" data-all="[[Select all]]">[[Position]]</th><th scope="col" class="digit">[[Digit]]</th><th scope="col" class="status">[[Status]]</th><th scope="col" class="radix">[[Radix]]</th><th scope="col" class="algorithm">[[Algorithm]]</th><th scope="col" class="took">[[Took]]</th><th scope="col" class="pi">[[All digits]]</th></tr>
</thead>
<tbody>
{{>ROW}}
</tbody>
</table>
</form>
<div id="empty" class="empty"{{#HAS_ROWS}} hidden{{/HAS_ROWS}}>
{{#EMPTY_ALL}}
<p class="big">[[Nobody has asked for a digit yet.]]</p>
<p>[[The first digit of π after the point is 1. What is the millionth?]] <a href="/?new=1&amp;position=1000000#new">[[Find out]]</a></p>
{{/EMPTY_ALL}}
{{#EMPTY_FILTER}}
<p class="big">[[No computation is like that.]]</p>
<p><a href="/">[[Show all of them]]</a></p>
{{/EMPTY_FILTER}}
</div>
<p class="pages">{{#NEWEST}}<a href="{{HREF}}">[[Newest]]</a>{{/NEWEST}} {{#OLDER}}<a href="{{HREF}}" rel="next">[[Older]]</a>{{/OLDER}}</p>
<p id="announce" class="hidden" role="status" aria-live="polite" data-done="[[Digit {position} of π is {digit}.]]" data-done-radix="[[Digit {position} of π in radix {radix} is {digit}.]]" data-failed="[[The computation of digit {position} has failed.]]" data-failed-radix="[[The computation of digit {position} in radix {radix} has failed.]]" data-more="[[And {n} more.]]"></p>
<script src="@STATIC:rows.js@" defer></script>
<script src="@STATIC:list.js@" defer></script>
{{>FOOT}}

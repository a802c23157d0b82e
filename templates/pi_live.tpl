{{%AUTOESCAPE context="HTML"}}
<section id="live-state" class="pi-state">
{{#ANSWER}}<p class="headline">[[Digit]] {{POSITION}} [[is]] <strong class="large">{{DIGIT}}</strong>{{#ELSEWHERE}} <a href="{{HREF}}">[[Show it among the others]]</a>{{/ELSEWHERE}}{{#TEXT}} <a href="{{TEXT_PATH}}">[[Plain text]]</a>{{/TEXT}}</p>{{/ANSWER}}
{{#COMING}}
<p class="status" data-status="{{STATUS}}"><span class="badge">{{STATUS_TEXT}}</span>{{#RUNNING}} <progress max="1" value="{{PROGRESS}}">{{PERCENT}} %</progress> <span class="work">{{PERCENT}} % · {{PHASE}}{{#TIME_LEFT}} · <span class="eta">{{ETA}}</span>{{/TIME_LEFT}}</span>{{/RUNNING}}{{#WAITS}} <span class="work">{{WAITING}}</span>{{/WAITS}}{{#WISH}} <span class="work">{{WANTED}}</span>{{/WISH}} <a href="/computations/{{ID}}">[[Details]]</a></p>
{{#KNOWN}}<p>[[Known so far:]] {{VALUE}} [[digits]]</p>{{/KNOWN}}
{{/COMING}}
{{#WINDOW_ONLY}}<p>[[These are the digits from that position on;]] <a href="/computations/{{ID}}">[[how they were computed]]</a></p>{{/WINDOW_ONLY}}
</section>
<section id="live-top">
{{#NAVIGATION}}
<nav class="screens" aria-label="[[Digits]]">
<span class="range">{{FROM}}–{{TO}}</span>
{{#FIRST}}<a href="{{HREF}}" rel="first">[[First]]</a>{{/FIRST}}
{{#PREVIOUS}}<a href="{{HREF}}" rel="prev">[[Previous]]</a>{{/PREVIOUS}}
{{#NEXT}}<a href="{{HREF}}" rel="next">[[Next]]</a>{{/NEXT}}
{{#LAST}}<a href="{{HREF}}" rel="last">[[Last]]</a>{{/LAST}}
</nav>
{{/NAVIGATION}}
</section>
<section id="live-digits">
{{#DIGITS_PART}}<pre id="digits"{{#FAR}} class="far"{{/FAR}} data-from="{{FROM}}">{{#LEAD}}<b>3.</b>{{BI_NEWLINE}}{{/LEAD}}{{#GROUP}}<span data-p="{{LABEL}}">{{DIGITS}}{{#MARK}}<mark id="n">{{DIGIT}}</mark>{{REST}}{{/MARK}}</span>{{#GROUP_END}}{{BI_SPACE}}{{/GROUP_END}}{{#LINE_END}}{{BI_NEWLINE}}{{/LINE_END}}{{/GROUP}}</pre>{{/DIGITS_PART}}
{{#NOT_YET}}<p class="empty">[[The digits from position]] {{POSITION}} [[on are not known yet.]]</p>{{/NOT_YET}}
</section>
<section id="live-offer">
{{#OFFER}}
<form class="offer card" method="post" action="/computations">
<input type="hidden" name="csrf" value="{{CSRF}}">
<input type="hidden" name="position" value="{{POSITION}}">
<input type="hidden" name="radix" value="{{RADIX}}">
<input type="hidden" name="algorithm" value="chudnovsky">
<p>[[Only the digits from this position on were computed, without those before.]]</p>
<button class="primary">[[Compute all digits up to]] {{LABEL}}</button>
</form>
{{/OFFER}}
</section>

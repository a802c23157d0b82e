{{%AUTOESCAPE context="HTML"}}
<section id="live-state" class="pi-state">
{{#ANSWER}}<p class="headline">[[Digit {{POSITION}} is <strong class="large">{{DIGIT}}</strong>]]{{#ELSEWHERE}} <a href="{{HREF}}">[[Show it among the others]]</a>{{/ELSEWHERE}}</p>{{/ANSWER}}
{{#MARKED}}<p class="headline marked">[[Marked: <strong>{{DIGITS}}</strong>]]{{#ELSEWHERE}} <a href="{{HREF}}">[[Show the marked digits]]</a>{{/ELSEWHERE}} <a href="{{SEARCH_PATH}}">[[Search for these digits]]</a></p>{{/MARKED}}
{{#COMING}}
<p class="status" data-status="{{STATUS}}"><span class="badge">{{STATUS_TEXT}}</span>{{#RUNNING}} <progress max="1" value="{{PROGRESS}}">{{PERCENT}} %</progress> <span class="work">{{PERCENT}} %{{#DOING}} · {{PHASE}}{{#SPEED}} · <span class="rate">{{RATE}}</span>{{/SPEED}}{{/DOING}}{{#TIME_LEFT}} · <span class="eta">{{ETA}}</span>{{/TIME_LEFT}}</span>{{/RUNNING}}{{#WAITS}} <span class="work">{{WAITING}}</span>{{/WAITS}}{{#WISH}} <span class="work">{{WANTED}}</span>{{/WISH}} <a href="/computations/{{ID}}">[[Details]]</a></p>
{{#KNOWN}}<p>[[Digits known so far: {{VALUE}}]]</p>{{/KNOWN}}
{{/COMING}}
{{#WINDOW_ONLY}}<p>[[These are the digits from that position on;]] <a href="/computations/{{ID}}">[[how they were computed]]</a></p>{{/WINDOW_ONLY}}
</section>
<section id="live-top">
{{#NAVIGATION}}
{{>NAV}}
<div class="choices">
{{#PER}}<p>[[Digits a screen:]] {{#CHOICE}}<a href="{{HREF}}"{{#CURRENT}} aria-current="true"{{/CURRENT}}>{{LABEL}}</a> {{/CHOICE}}</p>{{/PER}}
<p>[[Groups in a line:]] {{#COLUMNS_CHOICE}}<a href="{{HREF}}"{{#CURRENT}} aria-current="true"{{/CURRENT}}>{{LABEL}}</a> {{/COLUMNS_CHOICE}}</p>
</div>
{{/NAVIGATION}}
</section>
<section id="live-digits">
{{#DIGITS_PART}}
<div class="tools">
<button type="button" data-copy="digits">[[Copy the digits]]</button>
<button type="button" data-copy="groups">[[Copy them in groups]]</button>
<span class="outcome"></span>
{{#KEYS}}<span class="keys">[[Keys: <kbd>←</kbd> and <kbd>→</kbd> turn the screen, <kbd>Home</kbd> and <kbd>End</kbd> go to the first and the last one.]]</span>{{/KEYS}}
<span class="chosen" hidden><a class="here" data-text="[[Position {position}]]"></a> <a class="find">[[Search for the selected digits]]</a></span>
</div>
<a class="hidden over" href="#live-bottom">[[Skip the digits]]</a>
<pre id="digits" class="{{#FIT}}fit{{/FIT}}{{#COLUMNS}}columns-{{COUNT}}{{/COLUMNS}}{{#FAR}} far{{/FAR}}" data-from="{{FROM}}">{{#LEAD}}<b>3.</b>{{BI_NEWLINE}}{{/LEAD}}{{#GROUP}}<a href="#p-{{POSITION}}" aria-label="{{LABEL}}"></a><span id="p-{{POSITION}}">{{DIGITS}}{{#MARK}}<mark{{#FIRST}} id="{{NAME}}"{{/FIRST}}>{{DIGIT}}</mark>{{REST}}{{/MARK}}</span>{{#GROUP_END}}{{BI_SPACE}}{{/GROUP_END}}{{#LINE_END}}{{BI_NEWLINE}}{{/LINE_END}}{{/GROUP}}</pre>
{{/DIGITS_PART}}
{{#NOT_YET}}<p class="empty">[[The digits from position {{POSITION}} on are not known yet.]]</p>{{/NOT_YET}}
</section>
<section id="live-bottom" tabindex="-1">
{{>NAV_AGAIN}}
{{#DOWNLOAD}}
<h2>[[The digits as a file]]</h2>
<p class="file"><a class="button" href="{{TEXT_PATH}}" download="{{FILE}}">[[Download {{FILE}}]]</a> <span class="size">{{BYTES}}{{#LARGE}} ({{SIZE}}){{/LARGE}}</span> <a href="{{TEXT_PATH}}">[[Show it]]</a></p>
<p class="hint">{{CONTENT}}</p>
{{#SUM}}
<p>SHA-256 <code class="sum">{{VALUE}}</code></p>
<p class="hint">[[To check what you have downloaded: <code>sha256sum {{FILE}}</code> prints the same 64 characters.]]</p>
{{/SUM}}
{{/DOWNLOAD}}
</section>
<section id="live-offer">
{{#OFFER}}
<form class="offer card" method="post" action="/computations">
<input type="hidden" name="csrf" value="{{CSRF}}">
<input type="hidden" name="position" value="{{POSITION}}">
<input type="hidden" name="radix" value="{{RADIX}}">
<input type="hidden" name="algorithm" value="chudnovsky">
<p>[[Only the digits from this position on were computed, without those before.]]</p>
<button class="primary">[[Compute all digits up to {{LABEL}}]]</button>
</form>
{{/OFFER}}
</section>

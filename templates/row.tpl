{{%AUTOESCAPE context="HTML"}}
<tr id="c-{{ID}}" data-id="{{ID}}" data-status="{{STATUS}}" data-revision="{{REVISION}}"{{#HIGHLIGHT}} class="highlight"{{/HIGHLIGHT}}>
<td class="pick"><input type="checkbox" name="id" value="{{ID}}" aria-label="[[Select]] {{POSITION}}"></td>
<th scope="row" class="position"><a href="/computations/{{ID}}">{{POSITION}}</a></th>
<td class="digit">{{#ANSWER}}{{DIGIT}}{{/ANSWER}}</td>
<td class="status"><span class="badge">{{STATUS_TEXT}}</span>{{#RUNNING}} <progress max="1" value="{{PROGRESS}}">{{PERCENT}} %</progress> <span class="work">{{PERCENT}} % · {{PHASE}}{{#TIME_LEFT}} · <span class="eta">{{ETA}}</span>{{/TIME_LEFT}}</span>{{/RUNNING}}{{#SPEED}} <span class="work rate">· {{RATE}}</span>{{/SPEED}}{{#PLACED}} <span class="work place">{{PLACE}}</span>{{/PLACED}}{{#WAITS}} <span class="work">{{WAITING}}</span>{{/WAITS}}{{#WISH}} <span class="work">{{WANTED}}</span>{{/WISH}}</td>
<td class="radix" data-label="[[radix]]">{{RADIX}}</td>
<td class="algorithm"{{#CHOSEN}} data-method="{{METHOD}}"{{/CHOSEN}}>{{ALGORITHM}}</td>
<td class="when"><time datetime="{{TIME}}">{{TIME_TEXT}}</time></td>
<td class="pi">{{#LINK}}<a href="{{PI_PATH}}">[[π to]] <span class="n">{{POSITION}}</span></a>{{/LINK}}</td>
</tr>

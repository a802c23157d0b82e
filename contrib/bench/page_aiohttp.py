"""page_aiohttp.py DATABASE PORT: the table of nthpi's main page, the same rows with the
same columns from the same database, as a minimal page of aiohttp, to compare with."""
import sqlite3
import sys
from datetime import datetime, timezone
from html import escape

from aiohttp import web

ROW = """<tr id="c-{id}" data-id="{id}" data-status="{status}" \
data-revision="{revision}">
<th scope="row" class="position"><a href="/computations/{id}">{position}</a></th>
<td class="digit">{digit}</td>
<td class="status"><span class="badge">{status}</span></td>
<td class="radix" data-label="radix">{radix}</td>
<td class="algorithm" data-method="{method}">{algorithm}</td>
<td class="when"><time datetime="{time}">{time_text}</time></td>
<td class="pi"><a href="/pi/{position}">π to <span class="n">{position}</span></a></td>
</tr>
"""
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>nthpi</title></head>
<body><h1>Digits of π</h1><table id="computations"><thead><tr><th>Position<th>Digit
<th>Status<th>Radix<th>Algorithm<th>Asked<th>All digits</tr></thead>
<tbody>{rows}</tbody></table></body></html>
"""
QUERY = """SELECT id, status, revision, position, digit, radix, method, algorithm,
created_at FROM computation ORDER BY id DESC LIMIT 50"""


def show(row):
    values = {key: escape(str(row[key] or "")) for key in row.keys()}
    time = datetime.fromtimestamp(row["created_at"] / 1e6, timezone.utc)
    values["time"] = time.isoformat(timespec="milliseconds")
    values["time_text"] = time.strftime("%Y-%m-%d %H:%M:%S UTC")
    return ROW.format_map(values)


async def page(request):
    rows = "".join(show(row) for row in database.execute(QUERY))
    return web.Response(text=PAGE.format(rows=rows), content_type="text/html")


database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
database.row_factory = sqlite3.Row
app = web.Application()
app.add_routes([web.get("/", page)])
web.run_app(app, host="127.0.0.1", port=int(sys.argv[2]), access_log=None, print=None)

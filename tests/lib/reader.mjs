// Clients that read an answer at a speed of their own, and clients that stop.
import net from 'node:net';

/**
 * A GET of PATH_ on a connection of its own, of which at most `bytes` are taken
 * every `every` milliseconds, and what was missed when this process was late; no
 * `bytes`: nothing more after the first piece. What is not taken fills the buffers
 * between, and then waits where it is made.
 */
export class Reader {
  constructor(port, path, { bytes = 0, every = 1000 } = {}) {
    this.pieces = [];
    this.length = 0;
    this.closed = false;
    this.socket = net.connect(port, '127.0.0.1', () => {
      this.socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    });
    this.socket.on('error', (error) => { this.error = error; });
    this.ended = new Promise((resolve) => {
      this.socket.on('close', () => {
        this.closed = true;
        clearInterval(this.timer);
        resolve();
      });
    });
    this.begun = new Promise((resolve) => {
      this.socket.once('close', resolve); // there may be no answer
      this.socket.once('readable', () => {
        this.take(1024);
        const begun = performance.now();
        const due = () => bytes * Math.floor((performance.now() - begun) / every);
        if (bytes > 0) this.timer = setInterval(() => this.take(1024 + due() - this.length), every);
        resolve();
      });
    });
  }

  take(bytes) {
    const piece = bytes > 0 && this.socket.read(Math.min(bytes, this.socket.readableLength));
    if (!piece) return;
    this.pieces.push(piece);
    this.length += piece.length;
  }

  /** Status line and headers, and the bytes of the body so far. */
  get answer() {
    const whole = Buffer.concat(this.pieces);
    const end = whole.indexOf('\r\n\r\n');
    return { head: whole.subarray(0, end).toString('latin1'), body: whole.subarray(end + 4) };
  }

  close() {
    this.socket.destroy();
    return this.ended;
  }
}

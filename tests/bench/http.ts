/** A lean keep-alive HTTP/1.1 client for loopback: the load must not cost more than what is measured. */
import net from 'node:net';

interface Call { method: 'GET' | 'POST'; path: string; headers?: Record<string, string>; body?: string }
interface Reply { status: number; body: string }
export interface Connection { send(call: Call): Promise<Reply>; close(): void }

export function connect(port: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    let pending: { done: (reply: Reply) => void; fail: (error: Error) => void } | null = null;
    let buffer = Buffer.alloc(0);
    const failed = (error: Error) => { pending?.fail(error); pending = null; };
    socket.on('error', (error) => { failed(error); reject(error); });
    socket.on('close', () => failed(new Error('connection closed')));
    socket.on('data', (chunk) => {
      buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
      const end = buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = buffer.toString('latin1', 0, end);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (buffer.length < end + 4 + length) return;
      const reply = { status: Number(head.slice(9, 12)), body: buffer.toString('utf8', end + 4, end + 4 + length) };
      buffer = buffer.subarray(end + 4 + length);
      const { done } = pending!;
      pending = null;
      done(reply);
    });
    const send = (call: Call) => new Promise<Reply>((done, fail) => {
      pending = { done, fail };
      const body = call.body ?? '';
      const headers = Object.entries(call.headers ?? {}).map(([k, v]) => `${k}: ${v}\r\n`).join('');
      socket.write(`${call.method} ${call.path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers}${body ? `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` : ''}\r\n${body}`);
    });
    socket.on('connect', () => resolve({ send, close: () => socket.destroy() }));
  });
}

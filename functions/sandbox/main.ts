/** Command line of the stand-in: `--port 8788 --data <folder>`. */
import { startSandbox } from './server';

const HELP = `微信与微信支付的本机替身

  --port <数字>   监听端口，默认 8788
  --data <文件夹> 密钥、账目与 credentials.json 存放处；不填则只在内存中
  --host <地址>   监听地址，默认 127.0.0.1
  --help          显示本说明
`;

const readArguments = (given: string[]): { port: number; host: string; dataDir?: string; help: boolean } => {
  const result: { port: number; host: string; dataDir?: string; help: boolean } = { port: 8788, host: '127.0.0.1', help: false };
  for (let i = 0; i < given.length; i += 1) {
    const [name, inline] = given[i]!.split(/=(.*)/s);
    if (name === '--help' || name === '-h') {
      result.help = true;
      continue;
    }
    const value = inline ?? given[(i += 1)];
    if (value === undefined) throw new Error(`${name} 后面要有一个值。`);
    if (name === '--port') {
      result.port = Number(value);
      if (!Number.isInteger(result.port) || result.port < 0 || result.port > 65535) throw new Error(`端口应为 0–65535 的整数，收到的是 ${value}。`);
    } else if (name === '--data') result.dataDir = value;
    else if (name === '--host') result.host = value;
    else throw new Error(`不认识参数 ${name}，用 --help 看说明。`);
  }
  return result;
};

const explain = (error: unknown, port: number): string => {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') return `端口 ${port} 已被占用，请关掉占用它的程序，或用 --port 换一个端口。`;
  if (code === 'EACCES') return `没有权限使用端口 ${port} 或写入数据文件夹。`;
  return error instanceof Error ? error.message : String(error);
};

const main = async (): Promise<void> => {
  let port = 8788;
  try {
    const options = readArguments(process.argv.slice(2));
    port = options.port;
    if (options.help) {
      process.stdout.write(HELP);
      return;
    }
    const running = await startSandbox(options);
    const stop = (): void => void running.close().then(() => process.exit(0));
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  } catch (error) {
    process.stderr.write(`微信替身没有启动：${explain(error, port)}\n`);
    process.exit(1);
  }
};

void main();

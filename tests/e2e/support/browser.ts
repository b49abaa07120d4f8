/** The built H5 in a real Chromium, against the real handlers, worker, database and the stand-in for WeChat. */
import { existsSync } from 'node:fs';
import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { serveFiles } from '../../../functions/host/files';
import { serve } from '../../../functions/host/http';
import { allRoutes } from '../../../functions/host/modules';
import { startWorker, type Worker } from '../../../functions/worker/runner';
import { startTestApp, type TestApp } from '../../support/app';

const ROOT = join(__dirname, '..', '..', '..');
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** WeChat's own browser. */
export const IN_WECHAT = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50(0x18003231) NetType/WIFI Language/zh_CN';

export interface Site { t: TestApp; url: string; browser: Browser; visit(options?: VisitOptions): Promise<Visitor>; stop(): Promise<void> }
export interface VisitOptions { locale?: string; dark?: boolean; width?: number; height?: number; userAgent?: string }
export interface Visitor { context: BrowserContext; page: Page; /** Errors of the console and of scripts so far. */ errors: string[] }

/** Where Chromium is: CHROMIUM_PATH, else Debian's place. */
const chromiumPath = (): string => process.env.CHROMIUM_PATH ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync) ?? 'chromium';

export async function startSite(): Promise<Site> {
  const t = await startTestApp({ sandbox: true });
  const worker: Worker = startWorker(t.app);
  const server = await serve(allRoutes(async () => t.app, () => worker.nudge()), serveFiles(process.env.H5_DIR ?? join(ROOT, 'dist', 'h5'), join(ROOT, 'functions', 'host', 'art')), 0);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.app.config.publicUrl = url;
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
  return {
    t, url, browser,
    async visit({ locale = 'zh-CN', dark = false, width = 390, height = 844, userAgent } = {}) {
      const context = await browser.newContext({
        viewport: { width, height }, locale, colorScheme: dark ? 'dark' : 'light', geolocation: { latitude: 31.233, longitude: 121.476 }, permissions: ['geolocation'], ...(userAgent ? { userAgent } : {}),
      });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => message.type() === 'error' && !/favicon|status of 4\d\d/.test(message.text()) && errors.push(message.text()));
      return { context, page, errors };
    },
    async stop() {
      await browser.close();
      await worker.stop();
      await closed(server);
      await t.stop();
    },
  };
}

const closed = (server: http.Server) => new Promise<void>((done) => {
  server.closeAllConnections();
  server.close(() => done());
});

// What the build would put in, and what jsdom lacks.
import { TextDecoder } from 'node:util';
import { configure } from '@testing-library/react';

Object.assign(globalThis, { JUKE_API_BASE: '', JUKE_VERSION: 'test', IS_REACT_ACT_ENVIRONMENT: true, TextDecoder });
process.env.TARO_ENV = 'h5';
Object.defineProperty(navigator, 'language', { value: 'zh-CN', configurable: true });
// A busy machine may take its time.
configure({ asyncUtilTimeout: 60_000 });

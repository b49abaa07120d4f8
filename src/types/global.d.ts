/// <reference types="@tarojs/taro" />
/// <reference types="miniprogram-api-typings" />

// Constants put in by config/index.ts at build time.
declare const JUKE_API_BASE: string;
declare const JUKE_VERSION: string;

declare namespace NodeJS {
  interface ProcessEnv {
    TARO_ENV: 'weapp' | 'h5';
  }
}

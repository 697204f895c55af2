export { browserNames, launchBrowser, launchTimeout } from './launch-browser.ts'
export { launchChromium } from './chromium.ts'
export type { BrowserName, TestBrowser, TestPage } from './test-browser.ts'
export { delay, expectWithinASecond, lastRequest } from './within-a-second.ts'

// A test process that is killed while its browser, the argument, has a page open.
import { type BrowserName, launchBrowser } from '../index.ts'

const browser = await launchBrowser(process.argv[2] as BrowserName)
await browser.newPage()
process.stdout.write('killed with a page open')
process.kill(process.pid, 'SIGKILL')

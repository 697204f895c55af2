// A process that is killed while its browser has a page open. Its argument is the browser's name.
import { type BrowserName, launchBrowser } from '../index.ts'

const browser = await launchBrowser(process.argv[2] as BrowserName)
await browser.newPage()
process.stdout.write('killed with a page open')
process.kill(process.pid, 'SIGKILL')

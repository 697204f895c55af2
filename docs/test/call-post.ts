// Does what a server of the guide's second snippet does: calls its POST and sends the response.
// Arguments: the module, the prompt.
const [, , file = '', prompt] = process.argv
const { POST } = (await import(file)) as { POST: (request: Request) => Promise<Response> }
const response = await POST(
  new Request('http://localhost/', { method: 'POST', body: JSON.stringify({ prompt }) }),
)
process.stdout.write(`${response.status} ${response.headers.get('content-type')}\n\n`)
process.stdout.write(await response.text())

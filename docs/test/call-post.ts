// Stands in for the server of the guide's second snippet: calls its POST and prints the response.
// Arguments: the module, the prompt.
const [, , file = '', prompt] = process.argv
const { POST } = (await import(file)) as { POST: (request: Request) => Promise<Response> }
const response = await POST(
  new Request('http://localhost/', { method: 'POST', body: JSON.stringify({ prompt }) }),
)
process.stdout.write(`${response.status} ${response.headers.get('content-type')}\n\n`)
process.stdout.write(await response.text())

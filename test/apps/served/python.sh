# options: --memory 256M
# source: deb:python3,dash,coreutils
# needs: curl
# limit: 90
# http.server on one port, an asyncio server on another.
cd /tmp
seq 1 50000 > numbers
python3 -m http.server 80 > /dev/null 2>&1 &
exec python3 -c '
import asyncio
async def serve(reader, writer):
    while line := await reader.readline():
        await asyncio.sleep(0.01)
        writer.write(line.upper())
        await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(serve, "0.0.0.0", 7)
    await server.serve_forever()
asyncio.run(main())'

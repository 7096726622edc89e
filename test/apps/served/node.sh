# options: --memory 512M --allow jit
# source: deb:nodejs,dash
# needs: curl ab
# limit: 120
exec node -e '
let count = 0;
require("http").createServer((request, response) => {
  count++;
  response.end(request.url === "/count" ? `${count}\n` : "x".repeat(10000));
}).listen(80);'

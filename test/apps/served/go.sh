# options: --memory 3G --tmpfs /tmp:size=2G
# source: deb:golang-go,dash,coreutils
# needs: curl ab
# limit: 600
cd /tmp
export HOME=/tmp GOFLAGS=-mod=mod GO111MODULE=off PATH=$PATH:/usr/lib/go/bin
cat > server.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
)

var count atomic.Int64

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "request %06d\n", count.Add(1))
	})
	panic(http.ListenAndServe(":80", nil))
}
GO
go build -o server server.go || exit 1
exec ./server

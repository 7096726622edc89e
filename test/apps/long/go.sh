# options: --memory 3G
# source: deb:golang-go,dash,coreutils
# limit: 900
# Debian's Go compiles a static program inside the instance; it runs goroutines, timers, a process and a local socket.
set -e
mkdir /tmp/hello
cd /tmp/hello
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func pool() int {
	jobs := make(chan int)
	results := make(chan int)
	var workers sync.WaitGroup
	for i := 0; i < 100; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for job := range jobs {
				garbage := make([]byte, 10000)
				garbage[job%len(garbage)] = 1
				runtime.Gosched()
				results <- job * int(garbage[job%len(garbage)])
			}
		}()
	}
	go func() {
		for i := 0; i < 5000; i++ {
			jobs <- i
		}
		close(jobs)
		workers.Wait()
		close(results)
	}()
	sum := 0
	for result := range results {
		sum += result
	}
	return sum
}

// A goroutine that never calls anything must be preempted by a signal for the others to go on.
func preempted() {
	var stop atomic.Bool
	runtime.GOMAXPROCS(1)
	go func() {
		time.Sleep(10 * time.Millisecond)
		stop.Store(true)
	}()
	for !stop.Load() {
	}
	fmt.Println("preempted")
}

func echo() string {
	listener, err := net.Listen("unix", "/tmp/hello/socket")
	if err != nil {
		return err.Error()
	}
	go func() {
		peer, err := listener.Accept()
		if err != nil {
			return
		}
		buffer := make([]byte, 100)
		n, _ := peer.Read(buffer)
		peer.Write(append([]byte("echo "), buffer[:n]...))
		peer.Close()
	}()
	peer, err := net.Dial("unix", "/tmp/hello/socket")
	if err != nil {
		return err.Error()
	}
	peer.SetDeadline(time.Now().Add(time.Minute))
	peer.Write([]byte("hello"))
	buffer := make([]byte, 100)
	n, _ := peer.Read(buffer)
	return string(buffer[:n])
}

func main() {
	fmt.Println("sum", pool())
	runtime.GC()
	preempted()
	output, err := exec.Command("expr", "6", "*", "7").Output()
	fmt.Printf("process %s%v\n", output, err)
	fmt.Println(echo())
	defer func() { fmt.Println("recovered:", recover()) }()
	var nothing *net.UnixAddr
	fmt.Println(nothing.Name)
}
GO
export HOME=/tmp GO111MODULE=off CGO_ENABLED=0
go build -o hello main.go
./hello

// An app for debuggers: it answers with its path.
package main

import (
	"fmt"
	"net/http"
)

func answer(path string) string {
	text := "before " + path
	return text // the debugger stops here
}

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, answer(r.URL.Path)) })
	fmt.Println(http.ListenAndServe(":8000", nil))
}

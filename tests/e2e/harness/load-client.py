"""load.py URL RATE: RATE requests a second, each over a connection of its own, until stdin ends; then one line of JSON."""
import json, sys, threading, time, urllib.request

url, rate = sys.argv[1], float(sys.argv[2])
stopped = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stopped.set()), daemon=True).start()
results, lock, start = [], threading.Lock(), time.time()

def ask():
    began = time.time() - start
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            ok, text = True, response.read(80).decode(errors="replace").strip()
    except Exception as error:
        ok, text = False, str(error)[:80]
    with lock:
        results.append({"at": round(began, 3), "end": time.time() - start, "ok": ok, "text": text})

threads, sent = [], 0
while not stopped.is_set():
    wait = start + sent / rate - time.time()
    if wait > 0 and stopped.wait(wait):
        break
    threads.append(threading.Thread(target=ask))
    threads[-1].start()
    sent += 1
for thread in threads:
    thread.join()
results.sort(key=lambda one: one["at"])
answers = {}
for one in results:
    if one["ok"]:
        answers[one["text"]] = answers.get(one["text"], 0) + 1
ends = sorted(one["end"] for one in results if one["ok"])
print(json.dumps({
    "began": start,
    "sent": sent,
    "lost": [{"at": one["at"], "error": one["text"]} for one in results if not one["ok"]],
    "answers": answers,
    "longestGap": round(max([b - a for a, b in zip(ends, ends[1:])] or [0]), 3),
}))

package connections

import "time"

// habits are what was seen of the program and its clients, on all connections of a drain.
type habits struct {
	exchanges int
	// pause is the usual one between two parts of an answer; gap the usual one from an answer to the next question.
	pause, gap time.Duration
	// works is the longest silence, lately, that the program ended.
	works time.Duration
}

// weight of the last exchange among the usual: a single hiccup must not count for long.
const weight = 4

// blindest: on a busy machine looks are far apart, and what happened in between is not known.
const blindest = 20 * time.Millisecond

// unwatched: so long must a connection be watched before its exchanges count, as several requests at a time show only when
// they overlap.
const unwatched = 30 * time.Millisecond

// severalWatched: the same where several requests may be under way, as the longest of them is to be seen.
const severalWatched = 300 * time.Millisecond

// severalSilent: the silences of a busy connection are short, whoever ends them.
const severalSilent = 15 * time.Millisecond

// partsWithin: the parts of a question, such as head and body of a POST, follow each other sooner than that.
const partsWithin = 5 * time.Millisecond

// mostOverlaps: from here on, questions do not wait for answers.
const mostOverlaps = 6

// watch follows the looks at one connection.
type watch struct {
	habits  *habits
	in, out uint32
	phase   event
	// acks: as of the last change that was seen; seen: there was one.
	acks uint32
	seen bool
	// looked: when; changed: when something last came or was sent.
	looked, changed time.Time
	// since: the first look.
	since time.Time
	// blind: the time between the last two looks; unsure: so long before it was seen may the last thing have happened.
	blind, unsure time.Duration
	// began: a question was seen to come. pause: the longest one in its answer, so far.
	began bool
	pause time.Duration
	bytes uint64
	// untidy: in the present exchange, a question came in parts, or another one before the first was answered. overlaps
	// counts these exchanges, and those between them off. framed: something came that is as short as only HTTP/2 sends.
	untidy    bool
	overlaps  int
	framed    bool
	exchanges int
}

func newWatch(look Look, now time.Time, habits *habits) *watch {
	changed := now.Add(-min(look.Received, look.Sent))
	return &watch{habits: habits, in: look.In, out: look.Out, bytes: look.Bytes, phase: look.last(), looked: now, since: now, changed: changed}
}

// see notes what has happened since the look before.
func (w *watch) see(look Look, now time.Time, settings Settings) {
	came, went := look.In != w.in, look.Out != w.out
	w.blind, w.looked = now.Sub(w.looked), now
	if !came && !went {
		return
	}
	silent := now.Sub(w.changed)
	switch {
	case came && went:
		// Where the order is unclear: after an answer only a question can come, and then its answer has gone. After a question
		// it was the answer, and perhaps the next question.
		last, before := look.last(), w.phase
		if before == answer || last != answer {
			w.ask(silent)
		}
		w.phase = question
		if last == answer || before == answer && last == unclear {
			w.phase = answer
		}
	case came && w.phase == answer:
		w.ask(silent)
	case came:
		// More of the question, or another one before the first is answered.
		if w.began && silent > settings.Settle {
			w.untidy = true
		}
		if w.began && silent > partsWithin {
			w.overlaps += 2
		}
		w.phase = question
	case w.phase == answer:
		w.pause = max(w.pause, silent)
	default:
		w.phase = answer
	}
	if came && isFrame(look.Bytes-w.bytes) {
		w.framed = true
	}
	if went && !came {
		w.habits.works = max(w.habits.works-w.habits.works/(16*weight), silent)
	}
	if came && went && w.blind > blindest {
		w.began = false
	}
	w.bytes = look.Bytes
	w.in, w.out, w.acks, w.seen, w.changed, w.unsure = look.In, look.Out, look.Acks, true, now, w.blind
}

// isFrame: HTTP/2's acknowledgement of settings, its window update, its ping, and the last two together.
func isFrame(bytes uint64) bool {
	return bytes == 9 || bytes == 13 || bytes == 17 || bytes == 30
}

// ask: a question comes after an answer, this long after it.
func (w *watch) ask(gap time.Duration) {
	if w.began {
		w.exchanges++
		w.habits.note(w.pause, gap)
		if !w.untidy {
			w.overlaps = max(0, w.overlaps-1)
		}
	}
	w.untidy = false
	w.began, w.pause, w.phase = true, 0, question
}

func (h *habits) note(pause, gap time.Duration) {
	h.exchanges++
	if h.exchanges == 1 {
		h.pause, h.gap = pause, gap
	}
	h.pause += (pause - h.pause) / weight
	h.gap += (gap - h.gap) / weight
}

// moment is when to close a connection, counted from its answer: a small part of the time that clients take until they ask
// again, and longer than a pause within an answer. Whoever has missed it had better wait for the next answer: the next
// question may be on its way.
func (h *habits) moment(look Look, pause time.Duration, settings Settings) (from, to time.Duration) {
	thinks := max(0, h.gap-look.RoundTrip)
	soon := max(settings.Settle/8, min(settings.Settle, thinks/6))
	from = max(soon, max(h.pause, pause)*3/2)
	return from, max(from+soon, thinks/3)
}

// between says whether the connection is between requests: nothing is under way in either direction.
//
// Where questions and answers are told apart, the best moment is soon after an answer: the client has it, and is not yet
// about to ask again. Where they are not, the connection has to be silent for longer: a program may answer in parts, or
// work on another request.
func (w *watch) between(look Look, now time.Time, settings Settings) bool {
	if !look.Established || look.Unread > 0 || look.Unsent > 0 {
		return false
	}
	silent, last := now.Sub(w.changed), look.last()
	if w.several() && w.exchanges > 0 {
		// By then, a request under way would have its answer, or a part of it.
		return silent >= max(severalSilent, 3*w.habits.works) && now.Sub(w.since) >= severalWatched
	}
	if w.isExchange(now) && last != question && w.habits.exchanges >= settings.Exchanges {
		from, to := w.habits.moment(look, w.pause, settings)
		if silent >= from && silent+w.unsure <= to {
			return true
		}
	}
	answered := last == answer || last == unclear && w.seemsAnswered(look)
	// An answer that took long, such as a stream of events, is over when it has been silent for as long again.
	took := max(0, look.Received-look.Sent)
	return answered && silent >= max(settings.Quiet, 2*look.RoundTrip, took)
}

// seemsAnswered: where it is unclear what came last, a request under way is one segment more than was answered; many more are
// requests in several segments. And a request is acknowledged by itself, a while later, as no answer does that.
func (w *watch) seemsAnswered(look Look) bool {
	return look.In != look.Out+1 || w.seen && look.Acks == w.acks
}

func (w *watch) isExchange(now time.Time) bool {
	return w.began && !w.untidy && w.phase == answer && now.Sub(w.since) >= unwatched
}

// several requests may be under way. A question that comes in parts, such as a POST, looks like two now and then.
func (w *watch) several() bool {
	return w.framed || w.overlaps >= mostOverlaps
}

// maybeBetween is the best guess for a connection that is about to be cut: it has answered, and other exchanges were seen.
func (w *watch) maybeBetween(look Look, now time.Time, settings Settings) bool {
	if !look.Established || look.Unread > 0 || look.Unsent > 0 || w.exchanges == 0 {
		return false
	}
	silent := now.Sub(w.changed)
	from, to := w.habits.moment(look, w.pause, settings)
	if w.several() {
		return silent >= max(from, w.habits.works)
	}
	return look.last() == answer && silent >= from && silent+w.unsure <= to
}

package connections

import "time"

// habits are what was seen of the program and its clients, on all connections of a drain.
type habits struct {
	exchanges int
	// pause is the usual one between two parts of an answer; gap the usual one from an answer to the next question.
	pause, gap time.Duration
}

// weight of the last exchange among the usual: a single hiccup must not count for long.
const weight = 4

// blindest: on a busy machine looks are far apart, and what happened in between is not known.
const blindest = 20 * time.Millisecond

// tangled is how many clear exchanges must follow one that was not.
const tangled = 3

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
	// blind: the time between the last two looks.
	blind time.Duration
	// began: a question was seen to come. pause: the longest one in its answer, so far.
	began bool
	pause time.Duration
	// tangles: exchanges that must be clear before this is again taken for a question and an answer at a time.
	tangles   int
	exchanges int
}

func newWatch(look Look, now time.Time, habits *habits) *watch {
	since := min(look.Received, look.Sent)
	return &watch{habits: habits, in: look.In, out: look.Out, phase: look.last(), looked: now, changed: now.Add(-since)}
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
		// A question may follow an answer at once: where the order is unclear, a request is under way.
		last := look.last()
		if w.phase == answer || last != answer {
			w.ask(silent)
		}
		w.phase = question
		if last == answer {
			w.phase = answer
		}
	case came && w.phase == answer:
		w.ask(silent)
	case came:
		// More of the question, or another one before the first is answered.
		if w.began && silent > settings.Settle {
			w.tangles = tangled
		}
		w.phase = question
	case w.phase == answer:
		w.pause = max(w.pause, silent)
	default:
		w.phase = answer
	}
	if came && went && w.blind > blindest {
		w.began = false
	}
	w.in, w.out, w.acks, w.seen, w.changed = look.In, look.Out, look.Acks, true, now
}

// ask: a question comes after an answer, this long after it.
func (w *watch) ask(gap time.Duration) {
	if w.began {
		w.exchanges++
		w.tangles = max(0, w.tangles-1)
		w.habits.note(w.pause, gap)
	}
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
	return from, from + max(soon, thinks/6)
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
	if w.isExchange() && last != question && w.habits.exchanges >= settings.Exchanges {
		from, to := w.habits.moment(look, w.pause, settings)
		// Looks may be further apart than the moment is long.
		if silent >= from && silent <= max(to, from+w.blind) {
			return true
		}
	}
	answered := last == answer || last == unclear && w.seemsAnswered(look)
	// An answer that took long, such as a stream of events, is over when it has been silent for as long again.
	took := max(0, look.Received-look.Sent)
	return answered && silent >= max(settings.Quiet, 2*look.RoundTrip, took)
}

// seemsAnswered: where it is unclear what came last, a request under way is one segment more than was answered; and it is
// acknowledged by itself, a while later, as no answer does that.
func (w *watch) seemsAnswered(look Look) bool {
	return look.In <= look.Out || w.seen && look.Acks == w.acks
}

func (w *watch) isExchange() bool {
	return w.began && w.phase == answer && w.tangles == 0
}

// maybeBetween is the best guess for a connection that is about to be cut: it has answered, and other exchanges were seen.
func (w *watch) maybeBetween(look Look, now time.Time, settings Settings) bool {
	idle := look.Established && look.Unread == 0 && look.Unsent == 0 && look.last() == answer
	return idle && w.exchanges > 0 && now.Sub(w.changed) >= max(settings.Settle, w.habits.pause, w.pause)
}

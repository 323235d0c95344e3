package bus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"wireup/bus/bustest"
)

func TestStore(t *testing.T) {
	both(t, func(t *testing.T, o Options) {
		ctx := t.Context()
		b := open(t, o)
		s := b.Store("s")
		if value, revision, err := s.Get(ctx, "k"); value != nil || revision != 0 || err != nil {
			t.Fatalf("Get of nothing: %q, %d, %v", value, revision, err)
		}
		one, err := s.Put(ctx, "k", []byte("one"), 0)
		if err != nil || one == 0 {
			t.Fatalf("Put: %d, %v", one, err)
		}
		if _, err := s.Put(ctx, "k", []byte("other"), 0); !errors.Is(err, ErrConflict) {
			t.Errorf("creating it again: %v; want ErrConflict", err)
		}
		two, err := s.Put(ctx, "k", []byte("two"), one)
		if err != nil || two <= one {
			t.Fatalf("Put: %d, %v", two, err)
		}
		if _, err := s.Put(ctx, "k", []byte("late"), one); !errors.Is(err, ErrConflict) {
			t.Errorf("replacing what has been replaced: %v; want ErrConflict", err)
		}
		if _, err := s.Put(ctx, "none", []byte("late"), one); !errors.Is(err, ErrConflict) {
			t.Errorf("replacing what isn't there: %v; want ErrConflict", err)
		}
		if value, revision, err := s.Get(ctx, "k"); string(value) != "two" || revision != two || err != nil {
			t.Errorf("Get: %q, %d, %v; want two, %d", value, revision, err, two)
		}
		if value, _, _ := b.Store("other").Get(ctx, "k"); value != nil {
			t.Errorf("another bucket has %q", value)
		}
		if _, _, err := s.Get(ctx, "a key"); err == nil {
			t.Error("a key with a space is taken")
		}
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if _, _, err := s.Get(gone, "k"); !errors.Is(err, context.Canceled) {
			t.Errorf("Get with a context that is over: %v", err)
		}
	})
}

func TestStoreLimits(t *testing.T) {
	both(t, func(t *testing.T, o Options) {
		ctx := t.Context()
		s := open(t, o).Store("s")
		most := bytes.Repeat([]byte("x"), MaxValue)
		revision, err := s.Put(ctx, "k", most, 0)
		if err != nil {
			t.Fatalf("Put of MaxValue bytes: %v", err)
		}
		if value, _, err := s.Get(ctx, "k"); !bytes.Equal(value, most) {
			t.Errorf("Get: %d bytes, %v; want MaxValue", len(value), err)
		}
		if _, err := s.Put(ctx, "k", append(most, 'x'), revision); !errors.Is(err, ErrTooLarge) {
			t.Errorf("Put of MaxValue+1 bytes: %v; want ErrTooLarge", err)
		}
	})
}

// A bucket of three documents: the limit of keys is the server's to hold.
func TestStoreIsFull(t *testing.T) {
	ctx := t.Context()
	b := open(t, Options{Dir: t.TempDir()})
	s := b.Store("s").(*store)
	small := s.config()
	small.MaxMsgs = 3
	if _, err := b.js.CreateStream(ctx, small); err != nil {
		t.Fatal(err)
	}
	var revision uint64
	for i := range 3 {
		var err error
		if revision, err = s.Put(ctx, fmt.Sprint("k", i), []byte("v"), 0); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Put(ctx, "k3", []byte("v"), 0); !errors.Is(err, ErrFull) {
		t.Errorf("one document too many: %v; want ErrFull", err)
	}
	if _, err := s.Put(ctx, "k2", []byte("w"), revision); err != nil {
		t.Errorf("replacing a document of a full bucket: %v", err)
	}
}

// Two instances change one document: nothing that was acknowledged is overwritten unread.
func TestCompareAndSwap(t *testing.T) {
	o := bustest.New(t)
	var all sync.WaitGroup
	const writers, rounds = 4, 25
	for range writers {
		s := open(t, Options{URL: o.URL()}).Store("s")
		all.Go(func() {
			for range rounds {
				for {
					value, revision, err := s.Get(t.Context(), "k")
					if err == nil {
						_, err = s.Put(t.Context(), "k", append(value, 'x'), revision)
					}
					if err == nil {
						break
					}
					if !errors.Is(err, ErrConflict) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	all.Wait()
	value, _, err := open(t, Options{URL: o.URL()}).Store("s").Get(t.Context(), "k")
	if err != nil || len(value) != writers*rounds {
		t.Errorf("%d changes are there, %v; want %d", len(value), err, writers*rounds)
	}
}

// The bucket is deleted under us, as an operator can: the next calls make it again.
func TestBucketIsDeleted(t *testing.T) {
	b := open(t, Options{Dir: t.TempDir()})
	s := b.Store("s")
	if _, err := s.Put(t.Context(), "k", []byte("v"), 0); err != nil {
		t.Fatal(err)
	}
	if err := b.js.DeleteKeyValue(t.Context(), bucketStart+"s"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(t.Context(), "k", []byte("v"), 0); !errors.Is(err, ErrAway) {
		t.Errorf("Put into a bucket that has gone: %v; want ErrAway", err)
	}
	if _, err := s.Put(t.Context(), "k", []byte("v"), 0); err != nil {
		t.Errorf("Put again: %v", err)
	}
}

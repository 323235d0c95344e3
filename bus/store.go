package bus

// What must last: small documents in a bucket, each with a revision.

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	// MaxValue is how many bytes a document may hold.
	MaxValue = 256 << 10

	// MaxKeys is how many documents a bucket may hold.
	MaxKeys = 100_000
)

// Store is a bucket of documents. A key consists of letters, digits and - / _ = . only.
type Store interface {
	// Get returns the document and its revision. A document that isn't there has revision 0.
	Get(ctx context.Context, key string) (value []byte, revision uint64, err error)

	// Put replaces revision of the document by value, or creates the document when revision is 0,
	// and returns the new revision. It fails with ErrConflict when the document has another
	// revision by now.
	Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error)
}

// Store returns the bucket with this name. It is made when it is first used.
func (b *Bus) Store(bucket string) Store {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, ok := b.stores[bucket]
	if !ok {
		s = &store{bus: b, bucket: bucketStart + bucket, opening: make(chan struct{}, 1)}
		b.stores[bucket] = s
	}
	return s
}

// store is a Store. Its bucket is opened by the first call that reaches the server.
type store struct {
	bus     *Bus
	bucket  string
	opening chan struct{} // held by who opens the bucket

	mu sync.Mutex
	kv jetstream.KeyValue
}

func (s *store) Get(ctx context.Context, key string) (value []byte, revision uint64, err error) {
	err = s.do(ctx, func(ctx context.Context, kv jetstream.KeyValue) error {
		e, err := kv.Get(ctx, key)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			return nil
		}
		if err == nil {
			value, revision = e.Value(), e.Revision()
		}
		return err
	})
	return value, revision, err
}

func (s *store) Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if len(value) > MaxValue {
		return 0, fmt.Errorf("%w: a document of %d bytes (limit: %d)", ErrTooLarge, len(value), MaxValue)
	}
	err := s.do(ctx, func(ctx context.Context, kv jetstream.KeyValue) (err error) {
		if revision == 0 {
			revision, err = kv.Create(ctx, key, value)
		} else {
			revision, err = kv.Update(ctx, key, value, revision)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return revision, nil
}

// do calls f with the bucket, within the time that any call has.
func (s *store) do(ctx context.Context, f func(context.Context, jetstream.KeyValue) error) error {
	if !s.bus.Up() {
		return ErrAway
	}
	bounded, cancel := context.WithTimeout(ctx, waitLimit)
	defer cancel()
	kv, err := s.open(bounded)
	if err == nil {
		err = f(bounded, kv)
	}
	err = wrapped(ctx, err)
	if errors.Is(err, ErrNobody) || errors.Is(err, ErrAway) {
		// Nobody keeps this bucket: perhaps it was deleted on the server, or the server has no store.
		s.forget()
		if !errors.Is(err, ErrAway) {
			err = fmt.Errorf("%w: no store on the server: %w", ErrAway, err)
		}
	}
	return err
}

// open returns the bucket, made if need be. One that exists already is taken as it is.
func (s *store) open(ctx context.Context) (jetstream.KeyValue, error) {
	select {
	case s.opening <- struct{}{}:
		defer func() { <-s.opening }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s.mu.Lock()
	kv := s.kv
	s.mu.Unlock()
	if kv != nil {
		return kv, nil
	}
	kv, err := s.bus.js.KeyValue(ctx, s.bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		_, err = s.bus.js.CreateStream(ctx, s.config())
		if err == nil || errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			kv, err = s.bus.js.KeyValue(ctx, s.bucket)
		}
	}
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.kv = kv
	s.mu.Unlock()
	return kv, nil
}

func (s *store) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kv = nil
}

// config is the bucket as a stream, which is what a bucket is on the server: the client library
// knows no limit of keys.
func (s *store) config() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:              "KV_" + s.bucket,
		Subjects:          []string{"$KV." + s.bucket + ".>"},
		MaxMsgsPerSubject: 1,
		MaxMsgs:           MaxKeys,
		MaxMsgSize:        MaxValue + 1<<10, // with the header of a message
		Discard:           jetstream.DiscardNew,
		Storage:           jetstream.FileStorage,
		Replicas:          1,
		AllowRollup:       true,
		DenyDelete:        true,
		AllowDirect:       true,
	}
}

package main

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"

	"evict/internal/app"

	"github.com/spf13/cobra"
)

// profileCommand runs the program in this process under the profiler.
func profileCommand() *cobra.Command {
	var dir string
	var workers int
	c := &cobra.Command{
		Use:   "profile PATH...",
		Short: "Investigate under the profiler: cpu.prof, and heap.prof at the largest heap seen",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, paths []string) error {
			cpu, err := os.Create(filepath.Join(dir, "cpu.prof"))
			if err != nil {
				return err
			}
			defer cpu.Close()
			if err := pprof.StartCPUProfile(cpu); err != nil {
				return err
			}
			stop := make(chan struct{})
			done := make(chan error)
			go func() { done <- watchHeap(filepath.Join(dir, "heap.prof"), stop) }()
			_, err = app.Investigate(c.Context(), app.Options{Paths: paths, Workers: workers})
			pprof.StopCPUProfile()
			close(stop)
			if e := <-done; err == nil {
				err = e
			}
			return err
		},
	}
	c.Flags().StringVar(&dir, "dir", ".", "where the profiles go")
	c.Flags().IntVar(&workers, "workers", 2, "decoding threads")
	return c
}

// watchHeap writes the heap profile anew whenever the heap has grown by a tenth.
func watchHeap(path string, stop <-chan struct{}) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	var largest uint64
	for {
		select {
		case <-stop:
			return nil
		case <-tick.C:
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if m.HeapInuse < largest+largest/10 {
			continue
		}
		largest = m.HeapInuse
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		if err := pprof.WriteHeapProfile(f); err != nil {
			f.Close()
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
}

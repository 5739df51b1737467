package simtenant

import (
	"reflect"
	"slices"
)

// copyWorld is a world that shares with the original only what no request
// changes: the log's records and the clients.
func copyWorld(w *World) *World {
	log, clients, expect := w.Log, w.Clients, w.Expect
	shell := *w
	shell.Log, shell.Clients, shell.Expect = nil, nil, nil
	out := deepCopy(shell)
	out.Log, out.Clients, out.Expect = slices.Clip(log), clients, expect
	return &out
}

// deepCopy copies plain data: no pointer of the copy leads into the original.
func deepCopy[T any](v T) T {
	return copied(reflect.ValueOf(&v).Elem()).Interface().(T)
}

func copied(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(copied(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(copied(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(copied(v.Index(i)))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for _, k := range v.MapKeys() {
				out.SetMapIndex(k, copied(v.MapIndex(k)))
			}
		}
	case reflect.Struct:
		out.Set(v) // what is not exported, like a time's fields, is values
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(copied(v.Field(i)))
			}
		}
	default:
		out.Set(v)
	}
	return out
}

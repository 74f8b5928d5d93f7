package main

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// OpenTofu hands a mocked resource's state back; it must come out as it went in.
func TestUpgradeKeepsTheState(t *testing.T) {
	s := server{schema: committed(t)}
	name := "kubernetes_pod_disruption_budget_v1"
	answer, err := s.UpgradeResourceState(context.Background(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: name, RawState: &tfprotov6.RawState{JSON: []byte(`{"id":"shop/orders","metadata":[],"spec":[],"gone":1}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	v, err := answer.UpgradedState.Unmarshal(s.schema.ResourceSchemas[name].ValueType())
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]tftypes.Value
	var id string
	if err := v.As(&fields); err != nil {
		t.Fatal(err)
	}
	if err := fields["id"].As(&id); err != nil || id != "shop/orders" {
		t.Errorf("id is %q: %v", id, err)
	}
}

// What would plan or apply is not there, so that no test takes it for a result.
func TestPlanIsNotImplemented(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a plan was answered")
		}
	}()
	_, _ = server{schema: committed(t)}.PlanResourceChange(context.Background(), &tfprotov6.PlanResourceChangeRequest{})
}

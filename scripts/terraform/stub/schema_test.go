package main

import (
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func committed(t *testing.T) *tfprotov6.GetProviderSchemaResponse {
	t.Helper()
	text, err := os.ReadFile("kubernetes-2.38.0.json")
	if err != nil {
		t.Fatal(err)
	}
	address, response, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if address != "hashicorp/kubernetes" {
		t.Errorf("address is %q", address)
	}
	return response
}

func find(t *testing.T, b *tfprotov6.SchemaBlock, path ...string) *tfprotov6.SchemaNestedBlock {
	t.Helper()
	var at *tfprotov6.SchemaNestedBlock
	for _, name := range path {
		at = nil
		for _, n := range b.BlockTypes {
			if n.TypeName == name {
				at, b = n, n.Block
			}
		}
		if at == nil {
			t.Fatalf("no block %s of %v", name, path)
		}
	}
	return at
}

func value(t *testing.T, b *tfprotov6.SchemaBlock, name string) *tfprotov6.SchemaAttribute {
	t.Helper()
	for _, a := range b.Attributes {
		if a.Name == name {
			return a
		}
	}
	t.Fatalf("no attribute %s", name)
	return nil
}

// What the generated modules lean on, as the provider's documentation has it.
func TestCommittedSchema(t *testing.T) {
	types := committed(t).ResourceSchemas
	manifest := value(t, types["kubernetes_manifest"].Block, "manifest")
	if !manifest.Required || !manifest.Type.Is(tftypes.DynamicPseudoType) {
		t.Errorf("manifest is %+v", manifest)
	}
	deployment := types["kubernetes_deployment_v1"].Block
	if spec := find(t, deployment, "spec"); spec.MinItems != 1 || spec.MaxItems != 1 {
		t.Errorf("spec is %+v", spec)
	}
	replicas := value(t, find(t, deployment, "spec").Block, "replicas")
	if !replicas.Optional || !replicas.Computed || !replicas.Type.Is(tftypes.String) {
		t.Errorf("replicas is %+v", replicas)
	}
	container := find(t, deployment, "spec", "template", "spec", "container")
	if container.Nesting != tfprotov6.SchemaNestedBlockNestingModeList || container.MaxItems != 0 {
		t.Errorf("container is %+v", container)
	}
	limits := value(t, find(t, container.Block, "resources").Block, "limits")
	if !limits.Type.Equal(tftypes.Map{ElementType: tftypes.String}) {
		t.Errorf("limits is %v", limits.Type)
	}
}

func TestParseRefuses(t *testing.T) {
	wrap := func(block string) string {
		return `{"provider_schemas":{"a/b":{"provider":{"block":{}},"resource_schemas":{"b_c":{"block":` + block + `}}}}}`
	}
	for name, c := range map[string][2]string{
		"no provider":      {`{}`, "0 providers"},
		"unknown word":     {wrap(`{"attribute":{}}`), "unknown field"},
		"unknown nesting":  {wrap(`{"block_types":{"x":{"nesting_mode":"heap"}}}`), `b_c: block x: unknown nesting mode "heap"`},
		"unknown type":     {wrap(`{"attributes":{"x":{"type":"text"}}}`), "b_c: attribute x: "},
		"nested attribute": {wrap(`{"block_types":{"x":{"nesting_mode":"list","block":{"attributes":{"y":{"type":"text"}}}}}}`), "b_c: block x: attribute y: "},
	} {
		if _, _, err := parse([]byte(c[0])); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%s: %v, want %s", name, err, c[1])
		}
	}
	if _, _, err := parse([]byte(wrap(`{"attributes":{"x":{"type":"string"}}}`))); err != nil {
		t.Errorf("a good one: %v", err)
	}
}

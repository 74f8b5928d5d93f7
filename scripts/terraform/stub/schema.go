package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type document struct {
	FormatVersion string              `json:"format_version"`
	Schemas       map[string]provider `json:"provider_schemas"`
}

type provider struct {
	Provider  schema            `json:"provider"`
	Resources map[string]schema `json:"resource_schemas"`
}

type schema struct {
	Version int64 `json:"version"`
	Block   block `json:"block"`
}

type block struct {
	Attributes map[string]attribute `json:"attributes"`
	Blocks     map[string]nested    `json:"block_types"`
}

type nested struct {
	Nesting  string `json:"nesting_mode"`
	MinItems int64  `json:"min_items"`
	MaxItems int64  `json:"max_items"`
	Block    block  `json:"block"`
}

type attribute struct {
	Type     json.RawMessage `json:"type"`
	Required bool            `json:"required"`
	Optional bool            `json:"optional"`
	Computed bool            `json:"computed"`
}

var nestings = map[string]tfprotov6.SchemaNestedBlockNestingMode{
	"single": tfprotov6.SchemaNestedBlockNestingModeSingle,
	"list":   tfprotov6.SchemaNestedBlockNestingModeList,
	"set":    tfprotov6.SchemaNestedBlockNestingModeSet,
}

// parse reads the schema of the one provider in a document. A word that it does
// not know is an error: what is skipped would not be checked.
func parse(text []byte) (address string, _ *tfprotov6.GetProviderSchemaResponse, _ error) {
	var doc document
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&doc); err != nil {
		return "", nil, err
	}
	if len(doc.Schemas) != 1 {
		return "", nil, fmt.Errorf("%d providers, want one", len(doc.Schemas))
	}
	for name, p := range doc.Schemas {
		response, err := p.response()
		return name, response, err
	}
	panic("unreachable")
}

func (p provider) response() (*tfprotov6.GetProviderSchemaResponse, error) {
	out := &tfprotov6.GetProviderSchemaResponse{
		ServerCapabilities: &tfprotov6.ServerCapabilities{GetProviderSchemaOptional: true},
		ResourceSchemas:    map[string]*tfprotov6.Schema{},
	}
	var err error
	if out.Provider, err = p.Provider.convert(); err != nil {
		return nil, fmt.Errorf("provider: %w", err)
	}
	for name, s := range p.Resources {
		if out.ResourceSchemas[name], err = s.convert(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return out, nil
}

func (s schema) convert() (*tfprotov6.Schema, error) {
	b, err := s.Block.convert()
	if err != nil {
		return nil, err
	}
	b.Version = s.Version
	return &tfprotov6.Schema{Version: s.Version, Block: b}, nil
}

func (b block) convert() (*tfprotov6.SchemaBlock, error) {
	out := &tfprotov6.SchemaBlock{}
	for name, a := range b.Attributes {
		converted, err := a.convert(name)
		if err != nil {
			return nil, fmt.Errorf("attribute %s: %w", name, err)
		}
		out.Attributes = append(out.Attributes, converted)
	}
	for name, n := range b.Blocks {
		converted, err := n.convert(name)
		if err != nil {
			return nil, fmt.Errorf("block %s: %w", name, err)
		}
		out.BlockTypes = append(out.BlockTypes, converted)
	}
	return out, nil
}

func (a attribute) convert(name string) (*tfprotov6.SchemaAttribute, error) {
	t, err := tftypes.ParseJSONType(a.Type) //nolint:staticcheck // the only public parser of these types
	if err != nil {
		return nil, err
	}
	return &tfprotov6.SchemaAttribute{Name: name, Type: t, Required: a.Required, Optional: a.Optional, Computed: a.Computed}, nil
}

func (n nested) convert(name string) (*tfprotov6.SchemaNestedBlock, error) {
	nesting, known := nestings[n.Nesting]
	if !known {
		return nil, fmt.Errorf("unknown nesting mode %q", n.Nesting)
	}
	b, err := n.Block.convert()
	return &tfprotov6.SchemaNestedBlock{TypeName: name, Block: b, Nesting: nesting, MinItems: n.MinItems, MaxItems: n.MaxItems}, err
}

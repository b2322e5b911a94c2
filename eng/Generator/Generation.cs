using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Emit;
using LibvirtBackup.Generator.Overrides;
using LibvirtBackup.Generator.Types;

namespace LibvirtBackup.Generator;

/// <summary>From a description to the text of every generated file.</summary>
internal static class Generation
{
    public static IReadOnlyList<GeneratedFile> Run(ApiDescription api, OverrideTable overrides)
    {
        var types = new BlittableTypes(api);
        var values = new MacroValues(api);
        List<GeneratedFile> files = [];
        foreach (Target target in Target.Of(api))
        {
            files.AddRange(new ImportWriter(types).Write(target));
            files.AddRange(new EnumWriter(api, overrides).Write(target));
            files.AddRange(new StructWriter(api, types, values).Write(target));
            files.AddRange(new CallbackWriter(types).Write(target));
            files.AddRange(HandleWriter.Write(target));
            files.AddRange(new ConstantWriter(values, overrides).Write(target));
        }

        foreach (VariableSymbol variable in api.Libraries.SelectMany(l => l.Variables))
        {
            if (!overrides.IsNotBound(variable.Name))
                throw new GeneratorException(variable.Name, "is a variable, and the generator binds none");
        }

        overrides.RefuseUnusedRows();
        return files;
    }
}
